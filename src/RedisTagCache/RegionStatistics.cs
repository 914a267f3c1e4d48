namespace RedisTagCache;

/// <summary>Reports the counts of one region since the start.</summary>
public sealed class RegionStatistics
{
    /// <summary>Gets the name of the region.</summary>
    public required string Region { get; init; }

    /// <summary>Gets the number of lookups that found a fresh entry in Redis.</summary>
    public required long Hits { get; init; }

    /// <summary>Gets the number of fresh values returned from memory.</summary>
    public required long LocalHits { get; init; }

    /// <summary>Gets the number of lookups that found a stale entry in Redis.</summary>
    public required long Stale { get; init; }

    /// <summary>Gets the number of stale values returned from memory.</summary>
    public required long LocalStale { get; init; }

    /// <summary>Gets the number of old values returned because a factory failed or took too long, or Redis did not respond.</summary>
    public required long FailSafe { get; init; }

    /// <summary>Gets the number of misses without an entry.</summary>
    public required long MissesAbsent { get; init; }

    /// <summary>Gets the number of misses with an entry that was evicted, or that could not be proven not to be.</summary>
    public required long MissesEvicted { get; init; }

    /// <summary>Gets the number of misses with an entry that was damaged, foreign, in another format, or written for another key.</summary>
    public required long MissesDamaged { get; init; }

    /// <summary>Gets the number of misses because Redis did not respond.</summary>
    public required long MissesUnavailable { get; init; }

    /// <summary>Gets the number of all misses.</summary>
    public long Misses => MissesAbsent + MissesEvicted + MissesDamaged + MissesUnavailable;

    /// <summary>Gets the number of writes that were stored.</summary>
    public required long Stored { get; init; }

    /// <summary>Gets the number of writes that were rejected because the value may be older than an eviction.</summary>
    public required long Rejected { get; init; }

    /// <summary>Gets the number of writes that were skipped: not confirmed by Redis, or canceled by the caller.</summary>
    public required long Skipped { get; init; }

    /// <summary>Gets the number of removals by key.</summary>
    public required long Removed { get; init; }

    /// <summary>Gets the number of removals by key that Redis did not confirm.</summary>
    public required long RemovalsFailed { get; init; }
}
