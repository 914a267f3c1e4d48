using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using RedisTagCache.AspNetCore.Diagnostics;

namespace RedisTagCache.AspNetCore.OutputCaching.Eviction;

/// <summary>Carries out what <see cref="EvictOutputCacheAttribute"/> says, when the status is known and nothing has been sent.</summary>
internal sealed class EvictAfterResponse(PageCache cache, TagTemplates templates, ILogger<EvictAfterResponse> logger)
{
    /// <summary>Prepares the request's evictions, once. The endpoint and its values count as they are now, whatever runs behind it.</summary>
    public void Prepare(HttpContext context, Endpoint? endpoint, RouteValueDictionary? route)
    {
        if (endpoint?.Metadata.GetMetadata<EvictOutputCacheAttribute>() is not null && PageRequest.Of(context) is not { IsEvictionPrepared: true })
            Begin(context, endpoint, route);
    }

    // Apart, so that requests that evict nothing make no closure.
    private void Begin(HttpContext context, Endpoint endpoint, RouteValueDictionary? route)
    {
        if (PageRequest.Of(context) is { } page)
            page.IsEvictionPrepared = true;
        var isSafe = IsSafe(context.Request.Method);
        EvictOutputCacheAttribute[] evictions = [.. endpoint.Metadata.GetOrderedMetadata<EvictOutputCacheAttribute>().Where(eviction => eviction.OnSafeMethods || !isSafe)];
        if (evictions.Length > 0)
            context.Response.OnStarting(() => EvictAsync(context, evictions, endpoint, route));
    }

    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);

    private async Task EvictAsync(HttpContext context, EvictOutputCacheAttribute[] evictions, Endpoint endpoint, RouteValueDictionary? route)
    {
        if (context.Response.StatusCode >= StatusCodes.Status400BadRequest)
            return;
        route ??= context.Features.Get<IRouteValuesFeature>()?.RouteValues; // a route without parameters gets them from middleware
        try
        {
            foreach (var kind in evictions.GroupBy(static eviction => eviction.Expire))
            {
                var tags = templates.FillAll(kind.SelectMany(static eviction => eviction.Tags), context, endpoint, route);
                if (kind.Key)
                    await cache.Store.ExpireByTagAsync(tags).ConfigureAwait(false);
                else
                    await cache.Store.EvictByTagAsync(tags).ConfigureAwait(false);
            }
        }
        catch (RedisTagCacheUnavailableException e)
        {
            Log.EvictionNotConfirmed(logger, e); // what the response reports has happened
        }
    }
}
