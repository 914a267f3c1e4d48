namespace RedisTagCache.HttpHistory.Faults;

/// <summary>What is done to Redis.</summary>
internal enum FaultKind
{
    Hang,
    KillAndLoseEverything,
    StopAndComeBackWithEverything,
    CutConnections,
    FlushScripts,
    LoseTagState,

    /// <summary>It answers, and refuses writes, evictions, and leases.</summary>
    RefuseWrites,
}
