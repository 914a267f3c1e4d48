namespace RedisTagCache.Management;

/// <summary>Specifies the reason for the status of an entry.</summary>
public enum CacheStatusReason
{
    /// <summary>Fresh: there is no reason for another status.</summary>
    None,

    /// <summary>Stale: its lifetime has ended.</summary>
    FreshnessEnded,

    /// <summary>Stale: one of its tags was expired.</summary>
    TagExpired,

    /// <summary>Invalidated: one of its tags was evicted.</summary>
    TagEvicted,

    /// <summary>Invalidated: older than all evictions that are still remembered by name.</summary>
    BelowFloor,

    /// <summary>Invalidated: written before Redis lost the history of evictions.</summary>
    OtherGeneration,

    /// <summary>Invalidated: newer than the history of evictions, so some of the history was lost.</summary>
    AheadOfHistory,

    /// <summary>Invalidated: Redis has no history of evictions at all.</summary>
    NoHistory,

    /// <summary>Invalidated: Redis changed while the entry was validated. Inspect it again.</summary>
    Unsettled,

    /// <summary>Invalidated: damaged, in an earlier version of the format, written for another key, or no entry.</summary>
    Damaged,

    /// <summary>Invalidated for this version: in a newer format.</summary>
    LaterVersion,

    /// <summary>Invalidated or stale on this instance: it has evicted or expired one of the tags, and Redis has not confirmed that yet.</summary>
    InvalidationUnconfirmed,
}
