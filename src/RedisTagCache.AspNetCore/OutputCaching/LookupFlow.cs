using System.Collections.Concurrent;

namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>
/// Binds lookups to the flow of control they were made in, so that a write carries the version of its own lookup and not of another request's.
/// </summary>
/// <remarks>
/// In a request the flow is started by <see cref="PageFlowMiddleware"/>, above the output-cache middleware, and collects the request's
/// lookups: what a callee sets for the flow is not seen by its caller once it has returned asynchronously. Where the store is called
/// directly, each lookup begins a flow of its own below the caller's; parallel flows do not see each other's.
/// </remarks>
internal sealed class LookupFlow
{
    private static readonly AsyncLocal<LookupFlow?> _current = new();

    private readonly LookupFlow? _parent;
    private readonly PageRequest? _page;
    private readonly List<PageLookup> _lookups = []; // mostly it stays empty

    private LookupFlow(LookupFlow? parent, PageRequest? page)
    {
        _parent = parent;
        _page = page;
    }

    /// <summary>The request; nothing outside of one.</summary>
    public static PageRequest? Page => _current.Value?._page;

    /// <summary>Begins the flow of a request.</summary>
    public static void BeginRequest(PageRequest page) => _current.Value = new LookupFlow(null, page);

    /// <summary>Binds a lookup to the flow. True when there was no request to bind it to.</summary>
    public static bool Begin(PageLookup lookup)
    {
        var flow = _current.Value;
        if (flow?._page is null)
        {
            while (flow is not null && flow._lookups.TrueForAll(l => !l.IsOpen))
                flow = flow._parent; // closed ones are not needed
            flow = new LookupFlow(flow, null);
            _current.Value = flow;
        }

        lock (flow._lookups)
            flow._lookups.Add(lookup);
        return flow._page is null;
    }

    /// <summary>The oldest open lookup of the key in this flow, now closed: the one from which the value was started at the earliest.</summary>
    public static PageLookup? TakeOldest(string key)
    {
        PageLookup? oldest = null;
        for (var flow = _current.Value; flow is not null; flow = flow._parent)
        {
            lock (flow._lookups)
                oldest = flow._lookups.Find(l => l.IsOpen && l.Key == key) ?? oldest;
        }

        return oldest?.TryClose() == true ? oldest : null;
    }
}

/// <summary>One lookup of a page, open from its beginning until the page was found or written.</summary>
internal sealed class PageLookup(string key)
{
    private int _closed;

    public string Key { get; } = key;

    /// <summary>What a page may carry that is rendered after this lookup; until the lookup has answered, nothing.</summary>
    public CacheVersion Version { get; set; } = CacheVersion.Unknown;

    public bool IsOpen => Volatile.Read(ref _closed) == 0;

    /// <summary>Closes it. Returns true for the caller that closed it first.</summary>
    public bool TryClose() => Interlocked.Exchange(ref _closed, 1) == 0;
}

/// <summary>
/// The lookups outside of any request that no write has followed yet. A write in another flow than its lookup cannot be distinguished
/// from other writes of the key, so it takes the oldest outstanding version, which is never too new.
/// </summary>
/// <remarks>
/// Such a write closes the newest lookup, not the one whose version it takes: a caller that still computes is then left with a version that is old
/// enough. A lookup without a write is given up after five minutes.
/// </remarks>
internal sealed class OutstandingLookups(TimeProvider time)
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);
    private const int SweepFrom = 10_000;

    private readonly ConcurrentDictionary<string, List<(PageLookup Lookup, long Since)>> _byKey = new(StringComparer.Ordinal);

    public void Begin(PageLookup lookup)
    {
        if (_byKey.Count >= SweepFrom)
        {
            foreach (var key in _byKey.Keys)
                Change(key, static _ => { });
        }

        Change(lookup.Key, list => list.Add((lookup, time.GetTimestamp())));
    }

    public void End(PageLookup lookup)
    {
        lookup.TryClose();
        if (_byKey.ContainsKey(lookup.Key))
            Change(lookup.Key, static _ => { });
    }

    public CacheVersion? TakeOldest(string key)
    {
        CacheVersion? version = null;
        if (_byKey.ContainsKey(key))
        {
            Change(key, list =>
            {
                if (list.Count == 0)
                    return;
                version = list.Select(entry => entry.Lookup.Version).Aggregate(CacheVersion.Min);
                list[^1].Lookup.TryClose();
            });
        }

        return version;
    }

    /// <summary>Changes a key's list, oldest first, and drops from it what is closed or has been waited for long enough.</summary>
    private void Change(string key, Action<List<(PageLookup Lookup, long Since)>> change)
    {
        while (true)
        {
            var list = _byKey.GetOrAdd(key, static _ => []);
            lock (list)
            {
                if (!_byKey.TryGetValue(key, out var current) || !ReferenceEquals(current, list))
                    continue; // emptied and dropped just now
                list.RemoveAll(IsOver);
                change(list);
                list.RemoveAll(IsOver);
                if (list.Count == 0)
                    _byKey.TryRemove(key, out _);
                return;
            }
        }
    }

    private bool IsOver((PageLookup Lookup, long Since) entry) => !entry.Lookup.IsOpen || time.GetElapsedTime(entry.Since) >= _patience;
}
