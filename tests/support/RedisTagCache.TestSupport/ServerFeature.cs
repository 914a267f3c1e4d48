namespace RedisTagCache.TestSupport;

/// <summary>What some tests need of their server, and the embedded server lacks.</summary>
public enum ServerFeature
{
    Cluster,
    Eviction,
    KeyPermissions,
    KeyTypes,
    Monitoring,
    Pause,
    Replication,
    Sentinel,
    ShardUnsubscription,
    Snapshots,
    Tls,
}
