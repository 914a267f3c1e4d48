using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>
/// Stands in for the request while the middleware makes its key. If an ingredient of the key contains a delimiter, ASP.NET Core makes the empty key, and lets all requests
/// without a key share one rendering, whatever page they are for. Such a request is to share and to store nothing.
/// </summary>
/// <remarks>
/// Policies of the endpoint run after the cache's own, and may add values and allow storage again. The path base is the first thing that the middleware reads when all
/// of them have run. Only requests with a delimiter in their address are watched. Others, with one in a header or in a value that a policy adds, may wait for each other, and share nothing either:
/// see <see cref="IsWithoutKey(OutputCacheContext)"/>.
/// </remarks>
internal sealed class KeyWatch : IHttpRequestFeature
{
    private readonly IHttpRequestFeature _request;
    private readonly OutputCacheContext _context;

    private KeyWatch(IHttpRequestFeature request, OutputCacheContext context) => (_request, _context) = (request, context);

    public string Protocol
    {
        get => _request.Protocol;
        set => _request.Protocol = value;
    }

    public string Scheme
    {
        get => _request.Scheme;
        set => _request.Scheme = value;
    }

    public string Method
    {
        get => _request.Method;
        set => _request.Method = value;
    }

    public string PathBase
    {
        get
        {
            if (IsWithoutKey(_request, _context))
                (_context.AllowCacheStorage, _context.AllowLocking) = (false, false);
            return _request.PathBase;
        }
        set => _request.PathBase = value;
    }

    public string Path
    {
        get => _request.Path;
        set => _request.Path = value;
    }

    public string QueryString
    {
        get => _request.QueryString;
        set => _request.QueryString = value;
    }

    public string RawTarget
    {
        get => _request.RawTarget;
        set => _request.RawTarget = value;
    }

    public IHeaderDictionary Headers
    {
        get => _request.Headers;
        set => _request.Headers = value;
    }

    public Stream Body
    {
        get => _request.Body;
        set => _request.Body = value;
    }

    /// <summary>Begins to watch, if a policy has enabled caching or the endpoint has one.</summary>
    public static void Begin(OutputCacheContext context, PageRequest page)
    {
        if (!IsInAddress(context.HttpContext.Request))
            return;
        var endpoint = page.Endpoint;
        if (!context.EnableOutputCaching && endpoint?.Metadata.GetMetadata<IOutputCachePolicy>() is null && endpoint?.Metadata.GetMetadata<OutputCacheAttribute>() is null)
            return;
        var features = context.HttpContext.Features;
        var request = features.GetRequiredFeature<IHttpRequestFeature>();
        page.WatchedRequest = request is KeyWatch earlier ? earlier._request : request;
        features.Set<IHttpRequestFeature>(new KeyWatch(page.WatchedRequest, context));
    }

    /// <summary>Returns whether ASP.NET Core makes no key of the request.</summary>
    public static bool IsWithoutKey(OutputCacheContext context) => IsWithoutKey(context.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>(), context);

    private static bool IsWithoutKey(IHttpRequestFeature request, OutputCacheContext context)
    {
        var rules = context.CacheVaryByRules;
        return HasDelimiter(request.PathBase) || HasDelimiter(request.Path) || HasDelimiter(rules.CacheKeyPrefix)
            || IsHeaderDelimited(request.Headers, rules) || IsQueryDelimited(context.HttpContext.Request, rules) || IsValueDelimited(context.HttpContext.Request.RouteValues, rules);
    }

    private static bool IsInAddress(HttpRequest request) => HasDelimiter(request.PathBase.Value) || HasDelimiter(request.Path.Value) || MayBeInQuery(request);

    /// <summary>Few queries have a delimiter, encoded or not, and the rest need not be taken apart.</summary>
    private static bool MayBeInQuery(HttpRequest request) =>
        request.QueryString.Value is { Length: > 0 } text && (HasDelimiter(text) || text.Contains("%1", StringComparison.Ordinal));

    private static bool IsHeaderDelimited(IHeaderDictionary headers, CacheVaryByRules rules)
    {
        foreach (var name in rules.HeaderNames)
        {
            if (HasDelimiter(headers[name ?? ""]))
                return true;
        }

        return false;
    }

    private static bool IsQueryDelimited(HttpRequest request, CacheVaryByRules rules)
    {
        if (rules.QueryKeys.Count == 0 || !MayBeInQuery(request))
            return false;
        if (rules.QueryKeys is ["*"])
            return request.Query.Any(static pair => HasDelimiter(pair.Key) || HasDelimiter(pair.Value));
        foreach (var name in rules.QueryKeys)
        {
            if (HasDelimiter(request.Query[name ?? ""]))
                return true;
        }

        return false;
    }

    private static bool IsValueDelimited(RouteValueDictionary routeValues, CacheVaryByRules rules)
    {
        foreach (var name in rules.RouteValueNames)
        {
            if (HasDelimiter(Convert.ToString(routeValues[name ?? ""], CultureInfo.InvariantCulture)))
                return true;
        }

        foreach (var (name, value) in rules.VaryByValues)
        {
            if (HasDelimiter(name) || HasDelimiter(value))
                return true;
        }

        return false;
    }

    private static bool HasDelimiter(StringValues values)
    {
        foreach (var value in values)
        {
            if (HasDelimiter(value))
                return true;
        }

        return false;
    }

    private static bool HasDelimiter(string? text) => text.AsSpan().IndexOfAny('\x1E', '\x1F') >= 0;
}
