namespace RedisTagCache.Outbox;

/// <summary>Provides the names of the outbox's metrics. They are stable.</summary>
public static class RedisTagCacheOutboxDiagnostics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "RedisTagCache.Outbox";

    /// <summary>Gauge: the rows that wait in the table, as this instance last saw them. All instances see the same rows.</summary>
    public const string PendingInstrument = "redistagcache.outbox.pending";

    /// <summary>Gauge, seconds: the age of the oldest of them.</summary>
    public const string OldestAgeInstrument = "redistagcache.outbox.oldest.age";

    /// <summary>Gauge: the rows that were set aside because a tag was rejected.</summary>
    public const string SetAsideInstrument = "redistagcache.outbox.set_aside";

    /// <summary>Counter: rows whose eviction Redis confirmed to this instance, by <c>origin</c> (commit: right after the commit; dispatcher: in the background).</summary>
    public const string DispatchedInstrument = "redistagcache.outbox.dispatched";

    /// <summary>Counter: rows whose eviction failed and is tried again, by <c>origin</c>.</summary>
    public const string FailedInstrument = "redistagcache.outbox.failed";

    /// <summary>Dimension: where the eviction was tried.</summary>
    public const string OriginDimension = "origin";
}
