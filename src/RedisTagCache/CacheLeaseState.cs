namespace RedisTagCache;

/// <summary>What came of asking for a lease.</summary>
public enum CacheLeaseState
{
    /// <summary>Another caller has it: wait for that, and look again.</summary>
    Taken,

    /// <summary>It is the caller's.</summary>
    Granted,

    /// <summary>Nobody has it, and who has an old value shall not try again yet: the last one failed.</summary>
    Paused,

    /// <summary>The entry is not the one that was found: look again.</summary>
    Changed,

    /// <summary>No lease is needed: the last value was not stored, so each caller computes its own.</summary>
    NotNeeded,

    /// <summary>Redis did not tell.</summary>
    Unavailable,
}
