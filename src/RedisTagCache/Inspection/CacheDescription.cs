namespace RedisTagCache.Inspection;

/// <summary>The servers of a cache, and how it lies on them.</summary>
public sealed record CacheDescription
{
    /// <summary>The first part of every key.</summary>
    public required string KeyPrefix { get; init; }

    /// <summary>The name of this build, as it stands in keys.</summary>
    public required string BuildNamespace { get; init; }

    /// <summary>Where that was found.</summary>
    public required string BuildNamespaceSource { get; init; }

    /// <summary>How the servers stand to each other.</summary>
    public CacheTopology Topology { get; init; }

    /// <summary>How long one round trip took: the shortest of a few, so without the work of others.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>The servers the client knows.</summary>
    public IReadOnlyList<CacheServerInfo> Servers { get; init; } = [];

    /// <summary>The partitions.</summary>
    public IReadOnlyList<CachePartitionInfo> Partitions { get; init; } = [];
}
