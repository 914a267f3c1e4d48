using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Primitives;
using RedisTagCache.AspNetCore.Diagnostics;
using RedisTagCache.AspNetCore.OutputCaching.Eviction;
using RedisTagCache.AspNetCore.OutputCaching.Leading;

namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>Runs in every request that passes the output cache, before the policies of its endpoint: brings the request's own state together with the middleware's.</summary>
internal sealed class PagePolicy(TagTemplates templates, EvictAfterResponse evictions, PageAdvice advice, RedisTagOutputCacheOptions options) : IOutputCachePolicy
{
    private const string RequestMarkName = "~";

    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        var http = context.HttpContext;
        if (http.GetEndpoint() is { } endpoint && evictions.Prepare(http, endpoint, http.Features.Get<IRouteValuesFeature>()?.RouteValues) is var evicting && evicting != endpoint)
            http.SetEndpoint(evicting);
        if (PageRequest.Of(context) is not { } page)
            return default;

        page.Enter(context);
        if (LookupFlow.Page != page)
            LookupFlow.BeginRequest(page); // This method is not async, so the flow holds for the rest of this pass, and for no other one.
        AbortWatch.Begin(http.Features, page);
        context.CacheVaryByRules.VaryByValues[RequestMarkName] = page.RequestMark;
        KeyWatch.Begin(context, page);
        if (options.AddCacheStatusHeader && page.Refreshes is null)
            http.Response.OnStarting(static state => AddStatus((PageRequest)state), page);
        return default;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => default;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        if (!context.AllowCacheStorage)
            return default;
        if (PageRequest.Of(context) is not { } page)
        {
            context.AllowCacheStorage = false; // it runs outside of any request, so its tags cannot be filled in
        }
        else
        {
            if (!page.HasKey && ((context.AllowCacheLookup && context.CacheVaryByRules.VaryByValues.ContainsKey(RequestMarkName)) || KeyWatch.IsWithoutKey(context)))
                context.AllowCacheStorage = false; // whatever the reason: without a key, the middleware would share the page with requests for others
            templates.Expand(page);
            advice.Check(page.Endpoint, context.CacheVaryByRules, PageEntry.StaleWindowOf(page, options));
        }

        return default;
    }

    private static Task AddStatus(PageRequest page)
    {
        if (page.Context is { EnableOutputCaching: true } context)
        {
            // The middleware may refuse a page that it was given. One that it serves has an age, unless it is answered with 304.
            var response = context.HttpContext.Response;
            var isServed = response.StatusCode == StatusCodes.Status304NotModified || !StringValues.IsNullOrEmpty(response.Headers.Age);
            response.Headers["X-Cache"] = page.Status switch
            {
                PageStatus.Hit when isServed => "hit",
                PageStatus.Stale when isServed => "stale",
                PageStatus.Bypass => "bypass",
                _ => "miss",
            };
        }

        return Task.CompletedTask;
    }
}
