namespace RedisTagCache;

/// <summary>Specifies the reason for a miss.</summary>
public enum CacheMissReason
{
    /// <summary>The lookup was not a miss.</summary>
    None,

    /// <summary>There is no entry: it was never written, has expired, was removed, or was deleted by Redis to free memory.</summary>
    Absent,

    /// <summary>The entry was evicted by one of its tags, or it cannot be proven that it was not.</summary>
    Evicted,

    /// <summary>The entry is damaged, foreign, in another version of the format, or written for another key.</summary>
    Damaged,

    /// <summary>Redis did not respond in time, or is unavailable.</summary>
    Unavailable,
}
