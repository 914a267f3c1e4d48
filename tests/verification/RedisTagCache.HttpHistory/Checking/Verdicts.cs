using System.Collections.Concurrent;
using RedisTagCache.HttpHistory.Clients;

namespace RedisTagCache.HttpHistory.Checking;

/// <summary>What came of the checks so far. Many clients add to it at once.</summary>
internal sealed class Verdicts(int maxShown = 5)
{
    private static readonly int _promises = Enum.GetValues<Promise>().Length;

    private readonly long[] _checked = new long[_promises];
    private readonly long[] _violated = new long[_promises];
    private readonly long[] _statuses = new long[Enum.GetValues<CacheStatus>().Length];
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _notJudged = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _shown = new();
    private long _responses;
    private long _refreshed;
    private long _ofUsers;

    public long Responses => Volatile.Read(ref _responses);

    /// <summary>How many responses showed what a refresh in the background had rendered.</summary>
    public long Refreshed => Volatile.Read(ref _refreshed);

    /// <summary>How many responses to signed-in users came from the cache.</summary>
    public long OfUsers => Volatile.Read(ref _ofUsers);

    public long TotalChecked => _checked.Sum();

    public long TotalViolated => _violated.Sum();

    /// <summary>The first violations of each promise, in full.</summary>
    public IReadOnlyCollection<string> Shown => _shown;

    /// <summary>What happened besides, and how often.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>What was not judged, by the reason.</summary>
    public IReadOnlyDictionary<string, long> NotJudged => _notJudged;

    public long Checked(Promise promise) => Volatile.Read(ref _checked[(int)promise]);

    public long Violated(Promise promise) => Volatile.Read(ref _violated[(int)promise]);

    public void CountResponse(CacheStatus status)
    {
        Interlocked.Increment(ref _responses);
        Interlocked.Increment(ref _statuses[(int)status]);
    }

    /// <summary>Counts what a response showed that came from the cache.</summary>
    public void CountCached(bool isRefresh, bool isOfUser)
    {
        if (isRefresh)
            Interlocked.Increment(ref _refreshed);
        if (isOfUser)
            Interlocked.Increment(ref _ofUsers);
    }

    public long Responded(CacheStatus status) => Volatile.Read(ref _statuses[(int)status]);

    public void Count(string what, long times = 1) => _counts.AddOrUpdate(what, static (_, times) => times, static (_, count, times) => count + times, times);

    public void Excuse(string reason) => _notJudged.AddOrUpdate(reason, 1, static (_, count) => count + 1);

    /// <summary>Counts a check. Returns false when the promise was broken.</summary>
    public bool Check(Promise promise, bool holds)
    {
        Interlocked.Increment(ref _checked[(int)promise]);
        return holds;
    }

    public void Violate(Promise promise, Func<string> text)
    {
        if (Interlocked.Increment(ref _violated[(int)promise]) <= maxShown)
            _shown.Enqueue($"{promise}: {text()}");
    }
}
