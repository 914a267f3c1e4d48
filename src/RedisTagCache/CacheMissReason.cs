namespace RedisTagCache;

/// <summary>Why a lookup was a miss.</summary>
public enum CacheMissReason
{
    /// <summary>It was not a miss.</summary>
    None,

    /// <summary>No entry: never written, expired in Redis, removed, or dropped by Redis for memory.</summary>
    Absent,

    /// <summary>An entry that was evicted by one of its tags, or that cannot be proven not to be.</summary>
    Evicted,

    /// <summary>An entry that is damaged, foreign, or of a format this version does not know.</summary>
    Damaged,

    /// <summary>Redis did not respond in time, or is unavailable.</summary>
    Unavailable,
}
