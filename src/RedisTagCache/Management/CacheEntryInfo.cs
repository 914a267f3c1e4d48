namespace RedisTagCache.Management;

/// <summary>Describes an entry in Redis and its status.</summary>
public sealed record CacheEntryInfo
{
    /// <summary>Gets the name of the region.</summary>
    public string Region { get; init; } = "";

    /// <summary>Gets the build of the entry as in the key (percent-encoded), or <see langword="null"/> if all builds share it.</summary>
    public string? BuildNamespace { get; init; }

    /// <summary>Gets the key, or its SHA-256 hash if <see cref="IsKeyHashed"/> is true.</summary>
    public string Key { get; init; } = "";

    /// <summary>Gets whether only the hash of the key is known, because the key was too long or not valid Unicode.</summary>
    public bool IsKeyHashed { get; init; }

    /// <summary>Gets the number of the partition.</summary>
    public int Partition { get; init; }

    /// <summary>Gets when the entry was written, by the clock of the instance that wrote it.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Gets how long ago the entry was written.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>Gets until when the entry is fresh, or <see langword="null"/> if it does not expire.</summary>
    public DateTimeOffset? FreshUntil { get; init; }

    /// <summary>Gets until when the entry is returned as stale while it is refreshed, and not only if there is nothing newer. <see langword="null"/> for as long as it lives.</summary>
    public DateTimeOffset? StaleUntil { get; init; }

    /// <summary>Gets the sliding expiration, or <see langword="null"/> if it does not slide.</summary>
    public TimeSpan? SlidingExpiration { get; init; }

    /// <summary>Gets how long Redis still stores the entry, or <see langword="null"/> if it does not expire.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>Gets the size of the value in Redis, in bytes: header, tags and payload.</summary>
    public long StoredBytes { get; init; }

    /// <summary>Gets the size of the stored payload, in bytes.</summary>
    public long PayloadBytes { get; init; }

    /// <summary>Gets the tags. A tag longer than 256 bytes is stored as a hash and shown as <c>sha256:</c> and the hash.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Gets how the payload is compressed.</summary>
    public CacheCompression Compression { get; init; }

    /// <summary>Gets whether the value is <see langword="null"/>.</summary>
    public bool IsNull { get; init; }

    /// <summary>Gets the status.</summary>
    public CacheEntryStatus Status { get; init; }

    /// <summary>Gets the reason for the status.</summary>
    public CacheStatusReason Reason { get; init; }

    /// <summary>Gets the tag that is the reason, if there is one.</summary>
    public string? ReasonTag { get; init; }

    /// <summary>Gets when <see cref="ReasonTag"/> was last evicted or expired, by the clock of the server, or <see langword="null"/> if no tag is the reason.</summary>
    public DateTimeOffset? TagInvalidatedAt { get; init; }

    /// <summary>Gets the stored payload, if it was requested. A compressed payload begins with its uncompressed length in 4 bytes, little-endian.</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }

    /// <summary>Returns a description without the key, tags or payload.</summary>
    /// <returns>The region and the status.</returns>
    public override string ToString() => $"{Region}: {Status} ({Reason})";

    /// <summary>Returns the reason in the words of the operations page and the command-line tool, or <see langword="null"/> if there is none.</summary>
    internal string? DescribeReason() => Reason switch
    {
        CacheStatusReason.None => null,
        CacheStatusReason.FreshnessEnded => "past its time",
        CacheStatusReason.TagExpired => $"tag {ReasonTag} expired",
        CacheStatusReason.TagEvicted => $"tag {ReasonTag} evicted",
        CacheStatusReason.BelowFloor => "older than the remembered evictions",
        CacheStatusReason.OtherGeneration => "from before history was lost",
        CacheStatusReason.AheadOfHistory => "newer than the history",
        CacheStatusReason.NoHistory => "no history of evictions",
        CacheStatusReason.Unsettled => "Redis was changing",
        CacheStatusReason.Damaged => "damaged",
        CacheStatusReason.InvalidationUnconfirmed => $"tag {ReasonTag} {(Status == CacheEntryStatus.Stale ? "expired" : "evicted")} by this instance, not confirmed by Redis yet",
        _ => "of a later version",
    };
}
