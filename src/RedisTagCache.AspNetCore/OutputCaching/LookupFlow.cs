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
