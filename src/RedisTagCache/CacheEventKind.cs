namespace RedisTagCache;

/// <summary>What a <see cref="CacheEvent"/> tells of. Each is one instrument of the metrics, and moves when that does.</summary>
public enum CacheEventKind
{
    /// <summary>A lookup ended: region, outcome, for a miss the reason.</summary>
    Lookup,

    /// <summary>A write ended: region, outcome.</summary>
    Write,

    /// <summary>Tags were evicted or expired: kind as detail, outcome, their number.</summary>
    Eviction,

    /// <summary>An entry was removed by key: region, outcome.</summary>
    Removal,

    /// <summary>An operation on Redis ended: operation as detail, outcome, duration.</summary>
    Operation,

    /// <summary>Tag invalidations were fetched: kind as detail, outcome.</summary>
    Sync,

    /// <summary>A message came: kind as detail, outcome.</summary>
    Message,

    /// <summary>A call ran a factory, or waited for another caller or instance: role as detail.</summary>
    FactoryCall,

    /// <summary>A factory ended: outcome, duration.</summary>
    Factory,

    /// <summary>A refresh ended: outcome.</summary>
    Refresh,

    /// <summary>A value was not kept: reason.</summary>
    Bypass,

    /// <summary>A change of this instance's own was announced: kind as detail.</summary>
    MessageSent,
}
