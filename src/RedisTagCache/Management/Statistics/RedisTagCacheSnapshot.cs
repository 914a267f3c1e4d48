namespace RedisTagCache.Management;

/// <summary>Reports the counts of one instance since it started. They have the names of the metrics; see docs/observability.md.</summary>
public sealed class RedisTagCacheSnapshot
{
    /// <summary>Gets when the instance started to count.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Gets when this snapshot was taken.</summary>
    public DateTimeOffset TakenAt { get; init; }

    /// <summary>Gets the lookups, writes and removals of each region that was used.</summary>
    public IReadOnlyList<RegionStatistics> Regions { get; init; } = [];

    /// <summary>Gets the values that were computed, refreshed and waited for.</summary>
    public ValueStatistics Values { get; init; } = new();

    /// <summary>Gets the evictions and expiries, in tags.</summary>
    public EvictionStatistics Evictions { get; init; } = new();

    /// <summary>Gets the last evictions that this instance made or received, the newest first. There are at most 50.</summary>
    public IReadOnlyList<RecentEviction> RecentEvictions { get; init; } = [];

    /// <summary>Gets the messages received and the tag invalidations fetched.</summary>
    public BackplaneStatistics Backplane { get; init; } = new();

    /// <summary>Gets the durations of operations on Redis in about the last minute.</summary>
    public OperationLatency Latency { get; init; } = OperationLatency.None;

    /// <summary>Gets whether the circuit breaker of a partition is open: calls for it do not wait for Redis, because it did not respond.</summary>
    public bool IsCircuitOpen { get; init; }

    /// <summary>Gets the number of entries in the local cache.</summary>
    public int LocalEntries { get; init; }

    /// <summary>Gets the serialized size of the local cache.</summary>
    public long LocalBytes { get; init; }

    /// <summary>Gets the number of evicted or expired tags that this instance remembers, over all partitions.</summary>
    public int TagInvalidations { get; init; }
}
