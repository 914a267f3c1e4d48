namespace RedisTagCache.Inspection;

/// <summary>Why an entry is worth what it is.</summary>
public enum CacheStatusReason
{
    /// <summary>Fresh: nothing speaks against it.</summary>
    None,

    /// <summary>Stale: its freshness has ended.</summary>
    FreshnessEnded,

    /// <summary>Stale: one of its tags was softly expired.</summary>
    TagExpired,

    /// <summary>Invalidated: one of its tags was evicted.</summary>
    TagEvicted,

    /// <summary>Invalidated: older than all evictions that are still remembered by name.</summary>
    BelowFloor,

    /// <summary>Invalidated: from before Redis lost the history of evictions.</summary>
    OtherGeneration,

    /// <summary>Invalidated: newer than the history of evictions, so that history was lost.</summary>
    AheadOfHistory,

    /// <summary>Invalidated: Redis has no history of evictions at all.</summary>
    NoHistory,

    /// <summary>Invalidated: Redis was changing while it was judged; look again.</summary>
    Unsettled,

    /// <summary>Invalidated: damaged, or no entry.</summary>
    Damaged,

    /// <summary>Invalidated to this version: of a later version of the format.</summary>
    LaterVersion,
}
