using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using RedisTagCache.Management;

namespace RedisTagCache.Diagnostics.Counters;

/// <summary>Counts the same as the instruments, since the start.</summary>
internal sealed class CacheStatistics(TimeProvider time)
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private readonly ConcurrentDictionary<string, RegionCounts> _regions = new();
    private readonly ThreadedCounter _localHits = new();
    private readonly CountsBy<CacheOutcome> _factories = new();
    private readonly CountsBy<CacheEventDetail> _flights = new();
    private readonly CountsBy<CacheOutcome> _refreshes = new();
    private readonly CountsBy<CacheOutcome> _evictions = new();
    private readonly CountsBy<CacheOutcome> _expiries = new();
    private readonly CountsBy<CacheOutcome> _messages = new();
    private readonly CountsBy<CacheEventDetail> _syncs = new();
    private readonly LatencyWindow _latency = new(time);
    private long _factoryTicks;
    private long _sent;
    private long _syncsFailed;
    private long _notKept;
    private Tuple<DateTimeOffset, string>? _lastFailure;

    public EvictionHistory Evictions { get; } = new(time);

    public Func<long> LocalBytes { get; set; } = static () => 0;

    public Func<int> LocalEntries { get; set; } = static () => 0;

    public Func<int> Circuit { get; set; } = static () => 0;

    public Func<int> TagInvalidations { get; set; } = static () => 0;

    public Func<int> Untrusted { get; set; } = static () => 0;

    public Func<int> Silent { get; set; } = static () => 0;

    public void LocalHit() => _localHits.Increment();

    public RegionCounts Of(CacheRegion region) =>
        _regions.TryGetValue(region.Name, out var counts) ? counts : _regions.GetOrAdd(region.Name, static name => new RegionCounts(name));

    public void Evicted(int tags, CacheEventDetail kind, CacheOutcome outcome) => (kind == CacheEventDetail.Expire ? _expiries : _evictions).Add(outcome, tags);

    public void Sync(CacheEventDetail kind, CacheOutcome outcome)
    {
        if (outcome == CacheOutcome.Ok)
            _syncs.Add(kind);
        else
            Interlocked.Increment(ref _syncsFailed);
    }

    /// <summary>The last operation that failed, but for the caller's own cancellations.</summary>
    public (DateTimeOffset At, string Type)? LastFailure => Volatile.Read(ref _lastFailure) is var (at, type) ? (at, type) : null;

    public void Operation(TimeSpan duration, Exception? failure)
    {
        _latency.Record(duration);
        if (failure is not null and not OperationCanceledException)
            Volatile.Write(ref _lastFailure, Tuple.Create(time.GetUtcNow(), failure.GetType().Name));
    }

    public void Message(CacheOutcome outcome) => _messages.Add(outcome);

    public void Sent() => Interlocked.Increment(ref _sent);

    public void Flight(CacheEventDetail role) => _flights.Add(role);

    public void Refresh(CacheOutcome outcome) => _refreshes.Add(outcome);

    public void NotKept() => Interlocked.Increment(ref _notKept);

    public void Factory(CacheOutcome outcome, TimeSpan duration)
    {
        _factories.Add(outcome);
        Interlocked.Add(ref _factoryTicks, duration.Ticks);
    }

    public RedisTagCacheSnapshot Read() => new()
    {
        StartedAt = _startedAt,
        TakenAt = time.GetUtcNow(),
        Regions = ReadRegions(),
        Values = ReadValues(),
        Evictions = new EvictionStatistics
        {
            Evicted = _evictions[CacheOutcome.Done],
            Expired = _expiries[CacheOutcome.Done],
            EvictionsFailed = _evictions[CacheOutcome.Failed],
            ExpiriesFailed = _expiries[CacheOutcome.Failed],
            Retried = _evictions[CacheOutcome.Retried],
            Recovered = _evictions[CacheOutcome.Recovered],
        },
        RecentEvictions = Evictions.Read(),
        Backplane = new BackplaneStatistics
        {
            Messages = _messages[CacheOutcome.Applied] + _messages[CacheOutcome.Gap],
            Gaps = _messages[CacheOutcome.Gap],
            Sent = Interlocked.Read(ref _sent),
            CatchUps = _syncs[CacheEventDetail.CatchUp],
            FullSyncs = _syncs[CacheEventDetail.Full],
            SyncsFailed = Interlocked.Read(ref _syncsFailed),
        },
        Latency = _latency.Read(),
        IsCircuitOpen = Circuit() != 0,
        LocalEntries = LocalEntries(),
        LocalBytes = LocalBytes(),
        TagInvalidations = TagInvalidations(),
    };

    private RegionStatistics[] ReadRegions()
    {
        var localHits = _localHits.Read();
        if (localHits > 0)
            Of(CacheRegion.Hybrid);
        return [.. _regions.OrderBy(static row => row.Key, StringComparer.Ordinal).Select(row => row.Value.Read(row.Key == CacheRegion.Hybrid.Name ? localHits : 0))];
    }

    private ValueStatistics ReadValues() => new()
    {
        FactoriesDone = _factories[CacheOutcome.Ok],
        FactoriesFailed = _factories[CacheOutcome.Error],
        FactoriesCanceled = _factories[CacheOutcome.Canceled],
        FactoryTime = TimeSpan.FromTicks(Interlocked.Read(ref _factoryTicks)),
        Leaders = _flights[CacheEventDetail.Leader],
        TookOver = _flights[CacheEventDetail.TookOver],
        Followers = _flights[CacheEventDetail.Follower],
        Coalesced = _flights[CacheEventDetail.Coalesced],
        Uncoordinated = _flights[CacheEventDetail.Uncoordinated],
        RefreshesDone = _refreshes[CacheOutcome.Done],
        RefreshesFailed = _refreshes[CacheOutcome.Failed],
        RefreshesTaken = _refreshes[CacheOutcome.Taken],
        NotKept = Interlocked.Read(ref _notKept),
    };
}

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

/// <summary>Counts by the values of an enumeration, which begins at zero and has no gaps.</summary>
internal sealed class CountsBy<T>
    where T : struct, Enum
{
    private readonly long[] _counts = new long[Enum.GetValues<T>().Length];

    public long this[T value] => Interlocked.Read(ref _counts[Unsafe.BitCast<T, int>(value)]);

    public void Add(T value, long count = 1) => Interlocked.Add(ref _counts[Unsafe.BitCast<T, int>(value)], count);
}
