namespace RedisTagCache;

/// <summary>The counts of one instance since it started. The words are those of the metrics; see docs/observability.md.</summary>
public sealed class RedisTagCacheSnapshot
{
    /// <summary>When the instance began to count.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When this snapshot was taken.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>Lookups, writes and removals, one row for each region that was used.</summary>
    public required IReadOnlyList<RegionStatistics> Regions { get; init; }

    /// <summary>Values computed, refreshed, and waited for.</summary>
    public required ValueStatistics Values { get; init; }

    /// <summary>Evictions and expiries by tag, in tags.</summary>
    public required EvictionStatistics Evictions { get; init; }

    /// <summary>The last evictions that this instance made or heard of, the newest first; at most 50.</summary>
    public required IReadOnlyList<RecentEviction> RecentEvictions { get; init; }

    /// <summary>Gets the messages received and the tag invalidations fetched.</summary>
    public required BackplaneStatistics Backplane { get; init; }

    /// <summary>How long operations on Redis took within about the last minute.</summary>
    public required OperationLatency Latency { get; init; }

    /// <summary>Whether there is a partition for which calls do not wait for Redis, because it did not answer.</summary>
    public required bool IsCircuitOpen { get; init; }

    /// <summary>This instance's own copies of values.</summary>
    public required int LocalEntries { get; init; }

    /// <summary>The size of those copies, serialized.</summary>
    public required long LocalBytes { get; init; }

    /// <summary>Gets the number of evicted or expired tags that this instance remembers, over all partitions.</summary>
    public required int TagInvalidations { get; init; }
}
