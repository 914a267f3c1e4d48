namespace RedisTagCache.Inspection;

/// <summary>How the servers stand to each other.</summary>
public enum CacheTopology
{
    /// <summary>One server.</summary>
    Standalone,

    /// <summary>A primary with replicas.</summary>
    Replicated,

    /// <summary>The same, watched by sentinels.</summary>
    Sentinel,

    /// <summary>A cluster.</summary>
    Cluster,
}
