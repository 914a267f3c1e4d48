namespace RedisTagCache.Management;

/// <summary>Reports the counts of one region since the start.</summary>
public sealed class RegionStatistics
{
    /// <summary>Gets the name of the region.</summary>
    public string Region { get; init; } = "";

    /// <summary>Gets the number of lookups that found a fresh entry in Redis.</summary>
    public long Hits { get; init; }

    /// <summary>Gets the number of fresh values returned from memory.</summary>
    public long LocalHits { get; init; }

    /// <summary>Gets the number of lookups that found a stale entry in Redis.</summary>
    public long Stale { get; init; }

    /// <summary>Gets the number of stale values returned from memory.</summary>
    public long LocalStale { get; init; }

    /// <summary>Gets the number of old values returned because a factory failed or took too long, or Redis did not respond.</summary>
    public long FailSafe { get; init; }

    /// <summary>Gets the number of misses without an entry.</summary>
    public long MissesAbsent { get; init; }

    /// <summary>Gets the number of misses with an entry that was evicted, or that could not be proven not to be.</summary>
    public long MissesEvicted { get; init; }

    /// <summary>Gets the number of misses with an entry that was damaged, foreign, in another format, or written for another key.</summary>
    public long MissesDamaged { get; init; }

    /// <summary>Gets the number of misses because Redis did not respond.</summary>
    public long MissesUnavailable { get; init; }

    /// <summary>Gets the number of all misses.</summary>
    public long Misses => MissesAbsent + MissesEvicted + MissesDamaged + MissesUnavailable;

    /// <summary>Gets the number of writes that were stored.</summary>
    public long Stored { get; init; }

    /// <summary>Gets the number of writes that were rejected because the value may be older than an eviction.</summary>
    public long Rejected { get; init; }

    /// <summary>Gets the number of writes that were skipped: not confirmed by Redis, or canceled by the caller.</summary>
    public long Skipped { get; init; }

    /// <summary>Gets the number of removals by key.</summary>
    public long Removed { get; init; }

    /// <summary>Gets the number of removals by key that Redis did not confirm.</summary>
    public long RemovalsFailed { get; init; }
}
