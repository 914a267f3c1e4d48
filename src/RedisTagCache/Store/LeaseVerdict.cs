namespace RedisTagCache.Store;

/// <summary>What came of asking for a lease.</summary>
internal enum LeaseVerdict
{
    /// <summary>Another one has it.</summary>
    Taken = 0,

    /// <summary>It is the caller's.</summary>
    Granted = 1,

    /// <summary>Nobody has it, and callers that have an old value shall wait a moment: the last one failed.</summary>
    Paused = 2,

    /// <summary>The entry is not the one the caller saw: it is to look again.</summary>
    Changed = 3,

    /// <summary>None is needed: the value was not kept a moment ago.</summary>
    Pass = 4,

    /// <summary>Redis did not tell.</summary>
    Unavailable = 5,
}
