namespace RedisTagCache.Management;

/// <summary>Specifies the topology of the servers.</summary>
public enum CacheTopology
{
    /// <summary>One server.</summary>
    Standalone,

    /// <summary>A primary with replicas.</summary>
    Replicated,

    /// <summary>A primary with replicas, monitored by sentinels.</summary>
    Sentinel,

    /// <summary>A cluster.</summary>
    Cluster,
}
