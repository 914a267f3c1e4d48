using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using RedisTagCache.AspNetCore.Diagnostics;

namespace RedisTagCache.AspNetCore.OutputCaching.Eviction;

/// <summary>
/// Carries out what <see cref="EvictOutputCacheAttribute"/> says, when the status is known and nothing has been sent: if the endpoint has run, and has not failed. If the endpoint itself starts
/// the response, it may change something after that, so the tags are evicted once more when it has ended. What refuses a request before that, such as authorization, may answer with
/// a redirection.
/// </summary>
internal sealed class EvictAfterResponse(PageCache cache, TagTemplates templates, ILogger<EvictAfterResponse> logger)
{
    private readonly ConditionalWeakTable<Endpoint, Endpoint> _evicting = [];

    /// <summary>Prepares the request's evictions. The endpoint and its values count as they are now, whatever runs behind it.</summary>
    /// <returns>The endpoint to run in its place: the same one, if it evicts nothing in this request.</returns>
    public Endpoint Prepare(HttpContext context, Endpoint endpoint, RouteValueDictionary? route)
    {
        if (endpoint.RequestDelegate is null || endpoint.Metadata.GetMetadata<EvictOutputCacheAttribute>() is null)
            return endpoint;
        var evicting = endpoint.Metadata.GetMetadata<Evicting>();
        if (evicting is not null && context.Features.Get<PendingEviction>() is { } pending && pending.Endpoint == evicting.Original)
            return endpoint; // routing has prepared it
        var original = evicting?.Original ?? endpoint;
        var isSafe = IsSafe(context.Request.Method);
        EvictOutputCacheAttribute[] evictions = [.. original.Metadata.GetOrderedMetadata<EvictOutputCacheAttribute>().Where(eviction => eviction.OnSafeMethods || !isSafe)];
        if (evictions.Length == 0)
            return endpoint;
        context.Features.Set(new PendingEviction(evictions, original, route));
        return evicting is null ? _evicting.GetValue(endpoint, Evict) : endpoint;
    }

    /// <summary>Has the request's evictions follow its response, once.</summary>
    public void Begin(HttpContext context)
    {
        if (context.Features.Get<PendingEviction>() is not { IsRegistered: false } eviction)
            return;
        eviction.IsRegistered = true;
        context.Response.OnStarting(() => EvictAsync(context, eviction));
    }

    /// <summary>Makes an endpoint that does what the given one does, and evicts after it.</summary>
    private Endpoint Evict(Endpoint endpoint)
    {
        var run = endpoint.RequestDelegate!;
        var isFiltered = endpoint.Metadata.GetMetadata<ActionDescriptor>()?.FilterDescriptors.Any(static one => one.Filter is EvictOutputCacheAttribute) == true; // it begins after the filters that refuse a request
        var metadata = new EndpointMetadataCollection([.. endpoint.Metadata, new Evicting(endpoint)]);
        return endpoint is RouteEndpoint routed
            ? new RouteEndpoint(RunAsync, routed.RoutePattern, routed.Order, metadata, routed.DisplayName)
            : new Endpoint(RunAsync, metadata, endpoint.DisplayName);

        async Task RunAsync(HttpContext context)
        {
            if (!isFiltered)
                Begin(context);
            var eviction = context.Features.Get<PendingEviction>();
            var isDone = false;
            try
            {
                await run(context).ConfigureAwait(false);
                isDone = context.Response.StatusCode < StatusCodes.Status400BadRequest;
            }
            finally
            {
                eviction?.HasFailed = !isDone; // middleware may make another answer of it
            }

            // The endpoint may have changed something after its response had started.
            if (eviction is { HasEvicted: true, HasFailed: false })
                await EvictAsync(context, eviction).ConfigureAwait(false);
        }
    }

    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);

    private async Task EvictAsync(HttpContext context, PendingEviction eviction)
    {
        if (eviction.HasFailed || context.Response.StatusCode >= StatusCodes.Status400BadRequest)
            return;
        eviction.HasEvicted = true;
        var (endpoint, route) = (eviction.Endpoint, eviction.Route);
        route ??= context.Features.Get<IRouteValuesFeature>()?.RouteValues; // a route without parameters gets them from middleware
        var kinds = eviction.Evictions.ToLookup(static eviction => eviction.Expire, static eviction => eviction.Tags);
        await Task.WhenAll(kinds.Select(kind => EvictAsync(templates.FillAll(kind.SelectMany(static tags => tags), context, endpoint, route), kind.Key))).ConfigureAwait(false);
    }

    /// <summary>Has the store evict or expire the tags. If Redis does not confirm it, the store repeats it.</summary>
    private async Task EvictAsync(string[] tags, bool isExpiry)
    {
        try
        {
            if (isExpiry)
                await cache.Store.ExpireByTagAsync(tags).ConfigureAwait(false);
            else
                await cache.Store.EvictByTagAsync(tags).ConfigureAwait(false);
        }
        catch (RedisTagCacheUnavailableException e)
        {
            Log.EvictionNotConfirmed(logger, e); // what the response reports has happened
        }
    }
}

/// <summary>What a request is to evict.</summary>
/// <param name="evictions">The attributes that count.</param>
/// <param name="endpoint">The endpoint that has them.</param>
/// <param name="route">Its values.</param>
internal sealed class PendingEviction(EvictOutputCacheAttribute[] evictions, Endpoint endpoint, RouteValueDictionary? route)
{
    public EvictOutputCacheAttribute[] Evictions => evictions;

    public Endpoint Endpoint => endpoint;

    public RouteValueDictionary? Route => route;

    /// <summary>Gets or sets whether they follow the response.</summary>
    public bool IsRegistered { get; set; }

    /// <summary>Gets or sets whether they have followed the response, which has started then.</summary>
    public bool HasEvicted { get; set; }

    /// <summary>Gets or sets whether the endpoint has failed.</summary>
    public bool HasFailed { get; set; }
}

/// <summary>Marks an endpoint that evicts after another one.</summary>
/// <param name="Original">The other one.</param>
internal sealed record Evicting(Endpoint Original);
