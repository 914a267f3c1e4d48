namespace RedisTagCache.Management;

/// <summary>Reports the evictions by this instance since the start, in tags.</summary>
public sealed class EvictionStatistics
{
    /// <summary>Gets the number of tags that were evicted.</summary>
    public long Evicted { get; init; }

    /// <summary>Gets the number of tags that were expired.</summary>
    public long Expired { get; init; }

    /// <summary>Gets the number of tags whose eviction was not confirmed at once.</summary>
    public long EvictionsFailed { get; init; }

    /// <summary>Gets the number of tags whose expiry was not confirmed at once.</summary>
    public long ExpiriesFailed { get; init; }

    /// <summary>Gets the number of tags whose eviction was retried after a failure, counted in each partition.</summary>
    public long Retried { get; init; }

    /// <summary>Gets the number of tags that were evicted again because Redis had lost the eviction.</summary>
    public long Recovered { get; init; }
}
