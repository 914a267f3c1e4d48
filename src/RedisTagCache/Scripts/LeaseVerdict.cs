using RedisTagCache.Leases;

namespace RedisTagCache.Scripts;

/// <summary>Specifies the result of a lease request. <c>lua/lease_acquire.lua</c> has the same numbers, and so has <see cref="CacheLeaseState"/>.</summary>
internal enum LeaseVerdict
{
    /// <summary>Another caller has it.</summary>
    Taken = 0,

    /// <summary>The caller has it.</summary>
    Granted = 1,

    /// <summary>No caller has it, and callers that have an old value must wait a moment, because the last attempt failed.</summary>
    Paused = 2,

    /// <summary>The entry is not the one that the caller found: look it up again.</summary>
    Changed = 3,

    /// <summary>None is needed: the last value was not stored.</summary>
    NotNeeded = 4,

    /// <summary>Redis did not respond.</summary>
    Unavailable = 5,
}
