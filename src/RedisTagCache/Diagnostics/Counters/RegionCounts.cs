using RedisTagCache.Management;

namespace RedisTagCache.Diagnostics.Counters;

/// <summary>What is counted for one region. Lookups, writes, and removals have different outcomes.</summary>
internal sealed class RegionCounts(string region)
{
    private readonly CountsBy<CacheOutcome> _outcomes = new();
    private readonly CountsBy<CacheMissReason> _misses = new();

    public void Add(CacheOutcome outcome) => _outcomes.Add(outcome);

    public void Miss(CacheMissReason reason) => _misses.Add(reason);

    public RegionStatistics Read(long localHits) => new()
    {
        Region = region,
        Hits = _outcomes[CacheOutcome.Hit],
        LocalHits = _outcomes[CacheOutcome.HitLocal] + localHits,
        Stale = _outcomes[CacheOutcome.Stale],
        LocalStale = _outcomes[CacheOutcome.StaleLocal],
        FailSafe = _outcomes[CacheOutcome.FailSafe],
        MissesAbsent = _misses[CacheMissReason.Absent],
        MissesEvicted = _misses[CacheMissReason.Evicted],
        MissesDamaged = _misses[CacheMissReason.Damaged],
        MissesUnavailable = _misses[CacheMissReason.Unavailable],
        Stored = _outcomes[CacheOutcome.Stored],
        Rejected = _outcomes[CacheOutcome.Rejected],
        Skipped = _outcomes[CacheOutcome.Skipped],
        Removed = _outcomes[CacheOutcome.Done],
        RemovalsFailed = _outcomes[CacheOutcome.Failed],
    };
}
