using RedisTagCache.Management;

namespace RedisTagCache.Diagnostics.Counters;

/// <summary>What is counted for one region.</summary>
internal sealed class RegionCounts(string region)
{
    private long _hits;
    private long _localHits;
    private long _stale;
    private long _localStale;
    private long _failSafe;
    private long _absent;
    private long _evicted;
    private long _damaged;
    private long _unavailable;
    private long _stored;
    private long _rejected;
    private long _skipped;
    private long _removed;
    private long _removalsFailed;

    public void Lookup(string outcome)
    {
        ref var count = ref _failSafe;
        if (outcome == "hit")
            count = ref _hits;
        else if (outcome == "stale")
            count = ref _stale;
        else if (outcome == "hit_local")
            count = ref _localHits;
        else if (outcome == "stale_local")
            count = ref _localStale;
        Interlocked.Increment(ref count);
    }

    public void Miss(string reason)
    {
        ref var count = ref _unavailable;
        if (reason == "absent")
            count = ref _absent;
        else if (reason == "evicted")
            count = ref _evicted;
        else if (reason == "damaged")
            count = ref _damaged;
        Interlocked.Increment(ref count);
    }

    public void Write(string outcome)
    {
        ref var count = ref _skipped;
        if (outcome == "stored")
            count = ref _stored;
        else if (outcome == "rejected")
            count = ref _rejected;
        Interlocked.Increment(ref count);
    }

    public void Removal(string outcome)
    {
        ref var count = ref _removed;
        if (outcome != "done")
            count = ref _removalsFailed;
        Interlocked.Increment(ref count);
    }

    public RegionStatistics Read(long localHits) => new()
    {
        Region = region,
        Hits = Interlocked.Read(ref _hits),
        LocalHits = Interlocked.Read(ref _localHits) + localHits,
        Stale = Interlocked.Read(ref _stale),
        LocalStale = Interlocked.Read(ref _localStale),
        FailSafe = Interlocked.Read(ref _failSafe),
        MissesAbsent = Interlocked.Read(ref _absent),
        MissesEvicted = Interlocked.Read(ref _evicted),
        MissesDamaged = Interlocked.Read(ref _damaged),
        MissesUnavailable = Interlocked.Read(ref _unavailable),
        Stored = Interlocked.Read(ref _stored),
        Rejected = Interlocked.Read(ref _rejected),
        Skipped = Interlocked.Read(ref _skipped),
        Removed = Interlocked.Read(ref _removed),
        RemovalsFailed = Interlocked.Read(ref _removalsFailed),
    };
}
