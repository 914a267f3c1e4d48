using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.OutputCaching.Eviction;

namespace RedisTagCache.AspNetCore;

/// <summary>
/// Evicts tags when the action or endpoint has run and succeeded (a status below 400), before the response is sent. The caller's next request then gets a new page, unless <see cref="Expire"/> is set or the page is in the local cache of another instance.
/// </summary>
/// <remarks>
/// Works for controllers, Razor Pages and minimal APIs of an application with <c>AddRedisTagOutputCache()</c>, whether or not its pipeline has the cache's middleware. While Redis is unavailable, the
/// response is still sent: the failure is logged, and the eviction is retried until Redis confirms it. If the action or endpoint writes a body, the tags are evicted when the response
/// starts, and again when the action or endpoint has ended successfully.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class EvictOutputCacheAttribute : Attribute, IFilterFactory
{
    /// <summary>
    /// Gets or sets the tags. Names in braces are replaced by route values or, if there is none of that name, by query values, as in <c>article:{id}</c>. A tag whose value is missing is
    /// left out, with a warning. <c>*</c> evicts everything.
    /// </summary>
    public string[] Tags { get; init; } = [];

    /// <summary>Gets or sets whether the entries are expired instead of evicted: they are served as stale while they are refreshed. The default is <see langword="false"/>.</summary>
    public bool Expire { get; init; }

    /// <summary>
    /// Gets or sets whether requests by a safe method (GET, HEAD, OPTIONS, TRACE) evict too. The default is <see langword="false"/>: on a controller, a Razor Page,
    /// or a group, the attribute then evicts only after requests that change something.
    /// </summary>
    public bool OnSafeMethods { get; init; }

    /// <inheritdoc/>
    bool IFilterFactory.IsReusable => true;

    /// <summary>Has the eviction follow an action, which runs after the filters that authorize the request.</summary>
    IFilterMetadata IFilterFactory.CreateInstance(IServiceProvider serviceProvider) => serviceProvider.GetService<EvictAfterResponse>() is { } evictions
        ? new EvictionFilter(evictions)
        : throw new InvalidOperationException("[EvictOutputCache] requires services.AddRedisTagOutputCache().");

    private sealed class EvictionFilter(EvictAfterResponse evictions) : IResourceFilter
    {
        public void OnResourceExecuting(ResourceExecutingContext context) => evictions.Begin(context.HttpContext);

        public void OnResourceExecuted(ResourceExecutedContext context)
        {
        }
    }
}
