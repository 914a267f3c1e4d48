namespace RedisTagCache.Inspection;

/// <summary>One entry as it lies in Redis, and what it is worth.</summary>
public sealed record CacheEntryInfo
{
    /// <summary>The region's name.</summary>
    public required string Region { get; init; }

    /// <summary>The build whose entry it is, as it stands in the key (percent-encoded); <see langword="null"/> where all builds share it.</summary>
    public string? BuildNamespace { get; init; }

    /// <summary>The key; its SHA-256 when <see cref="IsKeyHashed"/>.</summary>
    public required string Key { get; init; }

    /// <summary>Whether the key was too long to be stored, or not valid Unicode, so that only its hash is known.</summary>
    public bool IsKeyHashed { get; init; }

    /// <summary>The number of its partition.</summary>
    public int Partition { get; init; }

    /// <summary>When it was written, by the clock of the instance that wrote it.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>How long ago that was.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>Until when it is fresh; none for always.</summary>
    public DateTimeOffset? FreshUntil { get; init; }

    /// <summary>Gets until when the entry is returned as stale while it is refreshed, and not only if there is nothing newer. <see langword="null"/> for as long as it lives.</summary>
    public DateTimeOffset? StaleUntil { get; init; }

    /// <summary>After how long without a read it ends; none where it does not slide.</summary>
    public TimeSpan? SlidingExpiration { get; init; }

    /// <summary>Gets how long Redis still stores the entry, or <see langword="null"/> if it does not expire.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>The bytes of the value as Redis has it: header, tags and payload.</summary>
    public long StoredBytes { get; init; }

    /// <summary>The bytes of the payload, as stored.</summary>
    public long PayloadBytes { get; init; }

    /// <summary>The tags. One longer than 256 bytes is known by its hash alone and stands here as <c>sha256:</c> and the hash.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>How the payload is compressed.</summary>
    public CacheCompression Compression { get; init; }

    /// <summary>Whether the value is <see langword="null"/>.</summary>
    public bool IsNull { get; init; }

    /// <summary>What it is worth now.</summary>
    public CacheEntryStatus Status { get; init; }

    /// <summary>Why.</summary>
    public CacheStatusReason Reason { get; init; }

    /// <summary>The tag that is the reason, where one is.</summary>
    public string? ReasonTag { get; init; }

    /// <summary>The payload as stored, where it was asked for. A compressed one begins with its plain length in 4 bytes, little-endian.</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }

    /// <summary>Names the entry without its key, tags or payload.</summary>
    /// <returns>The region and the status.</returns>
    public override string ToString() => $"{Region}: {Status} ({Reason})";
}
