namespace RedisTagCache;

/// <summary>What went to the other instances and came from them since the start.</summary>
public sealed class BackplaneStatistics
{
    /// <summary>Messages received, one's own included.</summary>
    public required long Messages { get; init; }

    /// <summary>Those of them that showed that one before had not come.</summary>
    public required long Gaps { get; init; }

    /// <summary>Evictions, expiries, removals and overwrites of this instance that Redis was told to announce, one for each partition.</summary>
    public required long Sent { get; init; }

    /// <summary>Times that the tag invalidations since the last time were fetched.</summary>
    public required long CatchUps { get; init; }

    /// <summary>Times that all tag invalidations were fetched.</summary>
    public required long FullSyncs { get; init; }

    /// <summary>Times that fetching tag invalidations failed.</summary>
    public required long SyncsFailed { get; init; }
}
