using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.OutputCaching;
using RedisTagCache.AspNetCore.Eviction;

namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>Runs in every request that passes the output cache, before the policies of its endpoint: brings the request's own state together with the middleware's.</summary>
internal sealed class PagePolicy(ITagCacheLeases leases, TagTemplates templates, EvictAfterResponse evictions, bool addsStatus) : IOutputCachePolicy
{
    private const string MarkName = "~";

    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        var http = context.HttpContext;
        evictions.Prepare(http, http.GetEndpoint(), http.Features.Get<IRouteValuesFeature>()?.RouteValues);
        if (PageRequest.Of(http) is not { } page)
            return default;

        page.Enter(context);
        AbortWatch.Begin(http.Features, page);

        // While Redis is away it is better to have what is rendered in this process at least shared in it.
        if (leases.IsAvailable)
            context.CacheVaryByRules.VaryByValues[MarkName] = page.Mark;
        if (addsStatus && page.Refreshes is null)
            http.Response.OnStarting(static state => AddStatus((PageRequest)state), page);
        return default;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => default;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        if (context.AllowCacheStorage && PageRequest.Of(context.HttpContext) is { } page)
            templates.Expand(page);
        return default;
    }

    private static Task AddStatus(PageRequest page)
    {
        if (page.Context is { EnableOutputCaching: true } context)
        {
            context.HttpContext.Response.Headers["X-Cache"] = page.Status switch
            {
                PageStatus.Hit => "hit",
                PageStatus.Stale => "stale",
                PageStatus.Miss => "miss",
                _ => "bypass",
            };
        }

        return Task.CompletedTask;
    }
}
