namespace RedisTagCache.Management;

/// <summary>Reports the messages to and from other instances since the start.</summary>
public sealed class BackplaneStatistics
{
    /// <summary>Gets the number of messages received, including those of this instance.</summary>
    public long Messages { get; init; }

    /// <summary>Gets the number of messages that showed that an earlier message had not arrived.</summary>
    public long Gaps { get; init; }

    /// <summary>Gets the number of messages that Redis sent for evictions, expiries, removals and overwrites of this instance, counted in each partition.</summary>
    public long Sent { get; init; }

    /// <summary>Gets how often the new tag invalidations were fetched.</summary>
    public long CatchUps { get; init; }

    /// <summary>Gets how often all tag invalidations were fetched.</summary>
    public long FullSyncs { get; init; }

    /// <summary>Gets how often fetching tag invalidations failed.</summary>
    public long SyncsFailed { get; init; }
}
