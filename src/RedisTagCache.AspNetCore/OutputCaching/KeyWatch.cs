using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Primitives;

namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>
/// Stands in for the request while the middleware makes its key. If an ingredient of the key contains a delimiter, ASP.NET Core makes the empty key, and lets all requests
/// without a key share one rendering, whatever page they are for. Such a request is to share and to store nothing.
/// </summary>
/// <remarks>
/// Policies of the endpoint run after the cache's own, and may add values and allow storage again. The path base is the first thing that the middleware reads when all
/// of them have run.
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
            if (IsWithoutKey())
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
    public static void Begin(OutputCacheContext context, Endpoint? endpoint)
    {
        if (!context.EnableOutputCaching && endpoint?.Metadata.GetMetadata<IOutputCachePolicy>() is null && endpoint?.Metadata.GetMetadata<OutputCacheAttribute>() is null)
            return;
        End(context.HttpContext); // of an earlier pass
        var features = context.HttpContext.Features;
        features.Set<IHttpRequestFeature>(new KeyWatch(features.GetRequiredFeature<IHttpRequestFeature>(), context));
    }

    /// <summary>Puts the request back, when the key has been made.</summary>
    public static void End(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestFeature>() is KeyWatch watch)
            context.Features.Set(watch._request);
    }

    private bool IsWithoutKey()
    {
        var rules = _context.CacheVaryByRules;
        return HasDelimiter(_request.PathBase) || HasDelimiter(_request.Path) || HasDelimiter(rules.CacheKeyPrefix) || IsHeaderDelimited(rules) || IsQueryDelimited(rules) || IsValueDelimited(rules);
    }

    private bool IsHeaderDelimited(CacheVaryByRules rules)
    {
        foreach (var name in rules.HeaderNames)
        {
            if (HasDelimiter(_request.Headers[name ?? ""]))
                return true;
        }

        return false;
    }

    private bool IsQueryDelimited(CacheVaryByRules rules)
    {
        // Few queries have a delimiter, encoded or not, and the rest need not be taken apart.
        if (rules.QueryKeys.Count == 0 || !(_request.QueryString is { Length: > 0 } text && (HasDelimiter(text) || text.Contains("%1", StringComparison.Ordinal))))
            return false;
        var query = _context.HttpContext.Request.Query;
        if (rules.QueryKeys is ["*"])
            return query.Any(static pair => HasDelimiter(pair.Key) || HasDelimiter(pair.Value));
        foreach (var name in rules.QueryKeys)
        {
            if (HasDelimiter(query[name ?? ""]))
                return true;
        }

        return false;
    }

    private bool IsValueDelimited(CacheVaryByRules rules)
    {
        foreach (var name in rules.RouteValueNames)
        {
            if (HasDelimiter(Convert.ToString(_context.HttpContext.Request.RouteValues[name ?? ""], CultureInfo.InvariantCulture)))
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
