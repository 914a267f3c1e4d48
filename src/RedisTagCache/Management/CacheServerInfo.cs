namespace RedisTagCache.Management;

/// <summary>Describes a server. Properties that it does not report are <see langword="null"/>.</summary>
public sealed record CacheServerInfo
{
    /// <summary>Gets the address that the client uses.</summary>
    public string EndPoint { get; init; } = "";

    /// <summary>Gets whether the client is connected to the server and it has responded.</summary>
    public bool IsAnswering { get; init; }

    /// <summary>Gets whether the server is a replica.</summary>
    public bool IsReplica { get; init; }

    /// <summary>Gets the product, such as <c>redis</c> or <c>valkey</c>.</summary>
    public string? Engine { get; init; }

    /// <summary>Gets the version of the product.</summary>
    public string? Version { get; init; }

    /// <summary>Gets the memory that it uses, in bytes.</summary>
    public long? UsedMemory { get; init; }

    /// <summary>Gets the memory that it can use, in bytes. 0 for no limit.</summary>
    public long? MaxMemory { get; init; }

    /// <summary>Gets the policy if the memory is used up, such as <c>volatile-lru</c>.</summary>
    public string? MemoryPolicy { get; init; }

    /// <summary>Gets the number of keys that the server has deleted to free memory since it started.</summary>
    public long? DroppedForMemory { get; init; }

    /// <summary>Gets the number of keys of all applications in all databases.</summary>
    public long? Keys { get; init; }

    /// <summary>Gets whether the server logs writes to disk (AOF).</summary>
    public bool? HasAppendOnlyFile { get; init; }

    /// <summary>Gets when the server makes snapshots, in the form of its configuration. Empty for never.</summary>
    public string? Snapshots { get; init; }

    /// <summary>Gets how far the clock of the server is ahead of the local clock, with an uncertainty of half a round trip.</summary>
    public TimeSpan? ClockAhead { get; init; }

    /// <summary>Gets how long the server has been running.</summary>
    public TimeSpan? Uptime { get; init; }
}
