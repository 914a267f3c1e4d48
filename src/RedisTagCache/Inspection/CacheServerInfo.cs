namespace RedisTagCache.Inspection;

/// <summary>One server, as far as it tells. What it does not tell is <see langword="null"/>.</summary>
public sealed record CacheServerInfo
{
    /// <summary>Its address, as the client has it.</summary>
    public required string EndPoint { get; init; }

    /// <summary>Whether the client is connected to it and it has answered.</summary>
    public bool IsAnswering { get; init; }

    /// <summary>Whether it is a replica.</summary>
    public bool IsReplica { get; init; }

    /// <summary>What it is, such as <c>redis</c> or <c>valkey</c>.</summary>
    public string? Engine { get; init; }

    /// <summary>Its version.</summary>
    public string? Version { get; init; }

    /// <summary>Bytes it uses.</summary>
    public long? UsedMemory { get; init; }

    /// <summary>Bytes it may use; 0 for no limit.</summary>
    public long? MaxMemory { get; init; }

    /// <summary>What it does when they are used up, such as <c>volatile-lru</c>.</summary>
    public string? MemoryPolicy { get; init; }

    /// <summary>How many keys it has dropped for memory since it started.</summary>
    public long? DroppedForMemory { get; init; }

    /// <summary>How many keys it has, of all applications and in all databases.</summary>
    public long? Keys { get; init; }

    /// <summary>Whether it logs writes to disk (AOF).</summary>
    public bool? HasAppendOnlyFile { get; init; }

    /// <summary>When it makes snapshots, in its own words; empty for never.</summary>
    public string? Snapshots { get; init; }

    /// <summary>How far its clock is ahead of this one; half a round trip is uncertain.</summary>
    public TimeSpan? ClockAhead { get; init; }

    /// <summary>Since when it runs.</summary>
    public TimeSpan? Uptime { get; init; }
}
