namespace RedisTagCache;

/// <summary>What happened on one region since the start.</summary>
public sealed class RegionStatistics
{
    /// <summary>The region's name.</summary>
    public required string Region { get; init; }

    /// <summary>Lookups answered from Redis with a fresh entry.</summary>
    public required long Hits { get; init; }

    /// <summary>Gets the number of fresh values returned from memory.</summary>
    public required long LocalHits { get; init; }

    /// <summary>Lookups answered from Redis with a stale entry.</summary>
    public required long Stale { get; init; }

    /// <summary>Gets the number of stale values returned from memory.</summary>
    public required long LocalStale { get; init; }

    /// <summary>Gets the number of old values returned because a factory failed or took too long, or Redis did not respond.</summary>
    public required long FailSafe { get; init; }

    /// <summary>Misses: nothing there, or no more.</summary>
    public required long MissesAbsent { get; init; }

    /// <summary>Misses: evicted by a tag, or not provably not.</summary>
    public required long MissesEvicted { get; init; }

    /// <summary>Misses: damaged, foreign, or of a later version.</summary>
    public required long MissesDamaged { get; init; }

    /// <summary>Misses: Redis did not answer.</summary>
    public required long MissesUnavailable { get; init; }

    /// <summary>All misses.</summary>
    public long Misses => MissesAbsent + MissesEvicted + MissesDamaged + MissesUnavailable;

    /// <summary>Gets the number of writes that were stored.</summary>
    public required long Stored { get; init; }

    /// <summary>Gets the number of writes that were rejected because the value may be older than an eviction.</summary>
    public required long Rejected { get; init; }

    /// <summary>Gets the number of writes that were skipped: not confirmed by Redis, or canceled by the caller.</summary>
    public required long Skipped { get; init; }

    /// <summary>Removals by key.</summary>
    public required long Removed { get; init; }

    /// <summary>Removals by key that were not confirmed.</summary>
    public required long RemovalsFailed { get; init; }
}
