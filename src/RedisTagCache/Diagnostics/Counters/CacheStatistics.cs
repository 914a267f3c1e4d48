using System.Collections.Concurrent;
using RedisTagCache.Management;

namespace RedisTagCache.Diagnostics.Counters;

/// <summary>Counts the same as the instruments, since the start.</summary>
internal sealed class CacheStatistics(TimeProvider time)
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private readonly ConcurrentDictionary<string, RegionCounts> _regions = new();
    private readonly ThreadedCounter _localHits = new();
    private readonly NamedCounts _factories = new("ok", "error", "canceled");
    private readonly NamedCounts _flights = new("leader", "took_over", "follower", "coalesced", "uncoordinated");
    private readonly NamedCounts _refreshes = new("done", "failed", "taken");
    private readonly NamedCounts _evictions = new("evict done", "expire done", "evict failed", "expire failed", "retried", "recovered");
    private readonly NamedCounts _messages = new("applied", "gap");
    private readonly NamedCounts _syncs = new("catch_up", "full", "failed");
    private readonly LatencyWindow _latency = new(time);
    private long _factoryTicks;
    private long _sent;
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

    public void Evicted(int tags, string kind, string outcome) =>
        _evictions.Add(outcome switch
        {
            "done" => kind == "evict" ? "evict done" : "expire done",
            "failed" => kind == "evict" ? "evict failed" : "expire failed",
            _ => outcome,
        }, tags);

    public void Sync(string kind, string outcome) => _syncs.Add(outcome == "ok" ? kind : outcome);

    /// <summary>The last operation that failed, but for the caller's own cancellations.</summary>
    public (DateTimeOffset At, string Type)? LastFailure => Volatile.Read(ref _lastFailure) is var (at, type) ? (at, type) : null;

    public void Operation(TimeSpan duration, Exception? failure)
    {
        _latency.Record(duration);
        if (failure is not null and not OperationCanceledException)
            Volatile.Write(ref _lastFailure, Tuple.Create(time.GetUtcNow(), failure.GetType().Name));
    }

    public void Message(string outcome) => _messages.Add(outcome);

    public void Sent() => Interlocked.Increment(ref _sent);

    public void Flight(string role) => _flights.Add(role);

    public void Refresh(string outcome) => _refreshes.Add(outcome);

    public void NotKept() => Interlocked.Increment(ref _notKept);

    public void Factory(string outcome, TimeSpan duration)
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
            Evicted = _evictions["evict done"],
            Expired = _evictions["expire done"],
            EvictionsFailed = _evictions["evict failed"],
            ExpiriesFailed = _evictions["expire failed"],
            Retried = _evictions["retried"],
            Recovered = _evictions["recovered"],
        },
        RecentEvictions = Evictions.Read(),
        Backplane = new BackplaneStatistics
        {
            Messages = _messages["applied"] + _messages["gap"],
            Gaps = _messages["gap"],
            Sent = Interlocked.Read(ref _sent),
            CatchUps = _syncs["catch_up"],
            FullSyncs = _syncs["full"],
            SyncsFailed = _syncs["failed"],
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
        FactoriesDone = _factories["ok"],
        FactoriesFailed = _factories["error"],
        FactoriesCanceled = _factories["canceled"],
        FactoryTime = TimeSpan.FromTicks(Interlocked.Read(ref _factoryTicks)),
        Leaders = _flights["leader"],
        TookOver = _flights["took_over"],
        Followers = _flights["follower"],
        Coalesced = _flights["coalesced"],
        Uncoordinated = _flights["uncoordinated"],
        RefreshesDone = _refreshes["done"],
        RefreshesFailed = _refreshes["failed"],
        RefreshesTaken = _refreshes["taken"],
        NotKept = Interlocked.Read(ref _notKept),
    };
}
