using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Routing;
using RedisTagCache.AspNetCore.OutputCaching.Eviction;
using RedisTagCache.Invalidation;
using RedisTagCache.Leases;

namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>
/// The state of a request for a page, from its beginning to its end. It adds a mark of its own to its cache key, which the store removes
/// again, so that ASP.NET Core does not let it join a lookup or a rendering that began before it.
/// </summary>
/// <remarks>
/// A request can pass the output cache more than once: a batch endpoint runs others in parallel, an error page runs after the page. The first pass has
/// the state of the request, each further one a state of its own.
/// </remarks>
internal sealed class PageRequest(PageStore pages, CacheMoment moment)
{
    /// <summary>More are not looked up or stored: a request that goes on for long, such as a connection of web sockets, may run any number.</summary>
    private const int MaxFurtherPasses = 1_000;

    // Clients cannot guess it, so that no address can look like a key with a mark in it.
    private static readonly string _process = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(12));
    private static long _requests;

    private string? _mark;
    private string? _variation;
    private ExecutionContext? _flow;
    private PageRequest? _request;
    private List<PageRequest>? _furtherPasses;
    private OutputCacheContext? _context;
    private RenderingState? _rendering;
    private bool _isAborted;

    /// <summary>Where its page is.</summary>
    public PageStore Pages => pages;

    /// <summary>What was known of evictions when it began.</summary>
    public CacheMoment Moment => moment;

    /// <summary>Gets the mark of this request in the key of its page.</summary>
    public string RequestMark => _mark ??= string.Create(CultureInfo.InvariantCulture, $"{_process}{Interlocked.Increment(ref _requests):X}");

    /// <summary>What the middleware knows of it, once it has started.</summary>
    public OutputCacheContext? Context => _context;

    /// <summary>Gets the endpoint as it was when the request entered the cache. What runs behind it may change the request's.</summary>
    public Endpoint? Endpoint { get; private set; }

    /// <summary>Gets the route values as they were then.</summary>
    public RouteValueDictionary? RouteValues { get; private set; }

    /// <summary>Gets the path as it was then.</summary>
    public PathString Path { get; private set; }

    /// <summary>Gets whether the request can be run again without its client. Others may have had a body.</summary>
    public bool CanRunAgain { get; private set; }

    /// <summary>Gets or sets the request itself, while something watches how the middleware makes its key.</summary>
    public IHttpRequestFeature? WatchedRequest { get; set; }

    /// <summary>Gets whether its page has been looked up, so it has a key.</summary>
    public bool HasKey { get; private set; }

    /// <summary>Gets or sets whether the request has ended. What runs on in its flow is not a part of it.</summary>
    public bool IsOver { get; set; }

    /// <summary>Gets what the page's tags add to its key.</summary>
    public string Variation => _variation ??= PageVariation.Of(this);

    /// <summary>The rest of the pipeline from the output cache on, where refreshes can be run.</summary>
    public RequestDelegate? Pipeline { get; private set; }

    /// <summary>Whether middleware ahead of the output cache has neither set an AsyncLocal value nor asked for a service of the request.</summary>
    public bool IsUntouched { get; private set; }

    /// <summary>The page that it renders, with a lease or because none is needed.</summary>
    public string? Leads => _rendering?.Leads;

    /// <summary>The stale page that it renders again for the fleet, while the others are served the old one.</summary>
    public string? Renews => _rendering?.Renews;

    /// <summary>The passes of the same request after its first one.</summary>
    public IReadOnlyList<PageRequest> FurtherPasses => _furtherPasses is { } passes ? Snapshot(passes) : [];

    /// <summary>How long after its expiry the page may be served, where its policy says.</summary>
    public TimeSpan? StaleWindow { get; set; }

    /// <summary>Whether it may be served from this instance's own copies.</summary>
    public bool AllowsCopies { get; set; } = true;

    /// <summary>When the page began that this request renders.</summary>
    public CacheVersion? Version
    {
        get => _rendering?.Version;
        set => Rendering.Version = value;
    }

    /// <summary>The right to render a page for the fleet.</summary>
    public CacheLease? Lease => _rendering?.Lease;

    /// <summary>What watches the response while the request has the lease.</summary>
    public IDisposable Watch
    {
        set => Rendering.Watch = value;
    }

    /// <summary>Whether the application has given the response up.</summary>
    public bool IsAborted
    {
        get => (_request ?? this)._isAborted;
        set => (_request ?? this)._isAborted = value;
    }

    /// <summary>Whether its page cannot be made of anything that was read before the lookup.</summary>
    public bool BeginsWithLookup
    {
        get => _rendering is { BeginsWithLookup: true };
        set => Rendering.BeginsWithLookup = value;
    }

    /// <summary>Whether it has taken too long to render a stale page again. What it renders is not stored.</summary>
    public bool IsLate
    {
        get => _rendering is { IsLate: true };
        set => Rendering.IsLate = value;
    }

    /// <summary>For a refresh: the page it is to render.</summary>
    public string? Refreshes
    {
        get => _rendering?.Refreshes;
        init => Rendering.Refreshes = value;
    }

    /// <summary>What became of the page, for the refresh that rendered it.</summary>
    public CacheWriteOutcome? Written
    {
        get => _rendering?.Written;
        set => Rendering.Written = value;
    }

    /// <summary>For a refresh: whether its request has led to the same page.</summary>
    public bool IsAsked
    {
        get => _rendering is { IsAsked: true };
        set => Rendering.IsAsked = value;
    }

    /// <summary>How the request was answered.</summary>
    public PageStatus Status { get; set; }

    public bool AreTagsExpanded { get; set; }

    private RenderingState Rendering => _rendering ??= new();

    /// <summary>
    /// The state of the request, which is that of its first pass. What a request runs on a context of its own, without its features, is a further pass of it.
    /// </summary>
    public static PageRequest? Of(HttpContext context) => context.Features.Get<PageRequest>() ?? (LookupFlow.Page is { } page && (page._request ?? page) is { IsOver: false } request ? request : null);

    /// <summary>The state of the pass that the middleware makes with this context.</summary>
    public static PageRequest? Of(OutputCacheContext context) =>
        LookupFlow.Page is { } page && page._context == context ? page : Of(context.HttpContext)?.Pass(context);

    private PageRequest? Pass(OutputCacheContext context)
    {
        var first = Interlocked.CompareExchange(ref _context, context, null);
        if (first is null || first == context)
            return this;
        var passes = LazyInitializer.EnsureInitialized(ref _furtherPasses, static () => []);
        lock (passes)
        {
            var pass = passes.Find(p => p._context == context);
            if (pass is null && passes.Count < MaxFurtherPasses)
                passes.Add(pass = new PageRequest(pages, moment) { _request = this, _context = context, Pipeline = Pipeline });
            return pass;
        }
    }

    /// <summary>Forgets the further passes on a context, whose responses have ended.</summary>
    public void Forget(HttpContext context)
    {
        if (_furtherPasses is not { } passes)
            return;
        lock (passes)
            passes.RemoveAll(pass => pass._context?.HttpContext == context);
    }

    /// <summary>Notes what the request is as it enters the cache. Policies of the application may have set other properties before.</summary>
    public void Enter(OutputCacheContext context)
    {
        var http = context.HttpContext;
        Endpoint = http.GetEndpoint();
        RouteValues = http.Features.Get<IRouteValuesFeature>()?.RouteValues;
        Path = http.Request.Path;
        CanRunAgain = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
    }

    /// <summary>Notes that the middleware has made its key. Work that outlives the request may use the store too, so this must not touch the request later.</summary>
    public void NoteKey()
    {
        HasKey = true;
        if (WatchedRequest is not { } request || _context is not { } context)
            return;
        WatchedRequest = null;
        context.HttpContext.Features.Set(request);
    }

    private static PageRequest[] Snapshot(List<PageRequest> passes)
    {
        lock (passes)
            return [.. passes];
    }

    /// <summary>Notes the flow of control in which it begins.</summary>
    public void Begin() => _flow = ExecutionContext.Capture();

    /// <summary>It has come to the output cache.</summary>
    public void Reach(RequestDelegate pipeline, HttpContext context)
    {
        // Contexts of execution do not change: each AsyncLocal value that is set makes another one. The services are made when they are first asked for.
        // What comes to it once more, such as a request of a batch, may be made of anything.
        IsUntouched = Pipeline is null && _flow is not null && ReferenceEquals(_flow, ExecutionContext.Capture()) && context.Features.Get<IServiceProvidersFeature>() is null;
        Pipeline = pipeline;
    }

    /// <summary>It is to render a page again for the fleet.</summary>
    public void Renew(string key, CacheLease lease)
    {
        Lead(key, lease);
        Rendering.Renews = key;
    }

    /// <summary>It is to render a page: for the fleet, where the lease was granted.</summary>
    public void Lead(string key, CacheLease lease)
    {
        Rendering.Leads = key;
        (Rendering.Lease, Rendering.Version) = (lease, lease.Version);
    }

    /// <summary>The right to render this very page, if there is one; it is the caller's then.</summary>
    public CacheLease? TakeLease(string key) => Leads == key ? TakeLease() : null;

    /// <summary>The lease, whatever page it is for; it is the caller's then.</summary>
    public CacheLease? TakeLease()
    {
        var lease = _rendering?.Lease;
        if (lease is not null)
        {
            Rendering.Lease = null;
            Rendering.Watch?.Dispose();
        }

        return lease;
    }

    /// <summary>Returns the key without the mark, and with what its tags add to it; false if it is not a key of this request. If no policy varies the key by values of its own, the mark is at its end.</summary>
    public bool TryStrip(string key, out ReadOnlySpan<char> stripped)
    {
        var at = _mark is null ? -1 : key.LastIndexOf(_mark, StringComparison.Ordinal);
        stripped = key;
        if (at < 0)
            return false;
        stripped = at + _mark!.Length == key.Length && Variation.Length == 0
            ? key.AsSpan(0, at)
            : string.Concat(key.AsSpan(0, at), key.AsSpan(at + _mark.Length), Variation);
        return true;
    }

    /// <summary>The state of a request that renders its page. It is an object of its own, because most requests find their page.</summary>
    private sealed class RenderingState
    {
        public string? Leads { get; set; }

        public string? Renews { get; set; }

        public string? Refreshes { get; set; }

        public CacheVersion? Version { get; set; }

        public CacheLease? Lease { get; set; }

        public IDisposable? Watch { get; set; }

        public CacheWriteOutcome? Written { get; set; }

        public bool BeginsWithLookup { get; set; }

        public bool IsLate { get; set; }

        public bool IsAsked { get; set; }
    }
}
