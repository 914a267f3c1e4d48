namespace RedisTagCache.Leases;

/// <summary>Specifies the result of a lease request.</summary>
internal enum CacheLeaseState
{
    /// <summary>Another caller has the lease: wait for it, and look the entry up again.</summary>
    Taken,

    /// <summary>The caller has the lease.</summary>
    Granted,

    /// <summary>The last attempt failed. Callers that have an old value must not try again yet.</summary>
    Paused,

    /// <summary>The entry is no longer the one that was found: look it up again.</summary>
    Changed,

    /// <summary>No lease is needed: the last value was not stored, so each caller computes its own.</summary>
    NotNeeded,

    /// <summary>Redis did not respond.</summary>
    Unavailable,
}
