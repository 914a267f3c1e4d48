namespace RedisTagCache;

/// <summary>Evictions by this instance since the start, in tags.</summary>
public sealed class EvictionStatistics
{
    /// <summary>Tags evicted.</summary>
    public required long Evicted { get; init; }

    /// <summary>Tags expired.</summary>
    public required long Expired { get; init; }

    /// <summary>Tags whose eviction was not confirmed at once.</summary>
    public required long EvictionsFailed { get; init; }

    /// <summary>Tags whose expiry was not confirmed at once.</summary>
    public required long ExpiriesFailed { get; init; }

    /// <summary>Tags repeated after they had failed, in partitions.</summary>
    public required long Repeated { get; init; }

    /// <summary>Tags repeated because Redis had lost them.</summary>
    public required long Healed { get; init; }
}
