namespace RedisTagCache;

/// <summary>Specifies the kind of a <see cref="CacheEvent"/>. Each kind belongs to one instrument of the metrics, and is raised whenever that instrument counts.</summary>
public enum CacheEventKind
{
    /// <summary>A lookup ended. Has the region, the outcome and, for a miss, the reason.</summary>
    Lookup,

    /// <summary>A write ended. Has the region and the outcome.</summary>
    Write,

    /// <summary>Tags were evicted or expired. Has the kind as detail, the outcome and the number of tags.</summary>
    Eviction,

    /// <summary>An entry was removed by key. Has the region and the outcome.</summary>
    Removal,

    /// <summary>An operation on Redis ended. Has the operation as detail, the outcome and the duration.</summary>
    Operation,

    /// <summary>Tag invalidations were fetched. Has the kind as detail and the outcome.</summary>
    Sync,

    /// <summary>A message arrived. Has the kind as detail and the outcome.</summary>
    Message,

    /// <summary>A call ran a factory, or waited for another caller or instance. Has the role as detail.</summary>
    FactoryCall,

    /// <summary>A factory ended. Has the outcome and the duration.</summary>
    Factory,

    /// <summary>A refresh ended. Has the outcome.</summary>
    Refresh,

    /// <summary>A value was not stored. Has the reason.</summary>
    Bypass,

    /// <summary>A change by this instance was announced. Has the kind as detail.</summary>
    MessageSent,
}
