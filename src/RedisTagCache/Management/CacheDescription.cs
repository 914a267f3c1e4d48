namespace RedisTagCache.Management;

/// <summary>Describes the servers and partitions of a cache.</summary>
public sealed record CacheDescription
{
    /// <summary>Gets the first part of every key.</summary>
    public string KeyPrefix { get; init; } = "";

    /// <summary>Gets the name of this build that is used in keys.</summary>
    public string BuildNamespace { get; init; } = "";

    /// <summary>Gets where the name of the build comes from.</summary>
    public string BuildNamespaceSource { get; init; } = "";

    /// <summary>Gets the topology of the servers.</summary>
    public CacheTopology Topology { get; init; }

    /// <summary>Gets the time of a round trip: the shortest of several.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>Gets the servers that the client knows.</summary>
    public IReadOnlyList<CacheServerInfo> Servers { get; init; } = [];

    /// <summary>Gets the partitions.</summary>
    public IReadOnlyList<CachePartitionInfo> Partitions { get; init; } = [];
}
