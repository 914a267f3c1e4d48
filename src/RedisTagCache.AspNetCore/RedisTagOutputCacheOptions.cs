using Microsoft.AspNetCore.Http;

namespace RedisTagCache.AspNetCore;

/// <summary>Provides options for pages in the cache. ASP.NET Core's <c>OutputCacheOptions</c> and policies specify what is cached, and for how long.</summary>
public sealed class RedisTagOutputCacheOptions
{
    /// <summary>
    /// Gets or sets how long after its expiration a page is still served while it is refreshed, unless its endpoint specifies it. Must be between zero (not at all) and 365 days. The default is zero.
    /// </summary>
    public TimeSpan StaleWindow { get; set; }

    /// <summary>
    /// Gets or sets how long a request waits for a page that another request renders, here or on another instance, before it renders the page itself.
    /// Must be between zero (requests do not wait) and 10 minutes. The default is 10 seconds. Use more than the time of your slowest page.
    /// </summary>
    public TimeSpan RenderTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets or sets how long requests do not wait for a page that was not cacheable, such as one that was not found. Must be between 1 second and 1 hour. The default is 1 minute.
    /// Shorter: when such a page becomes cacheable, one request renders it for all of them sooner. Longer: fewer requests wait for a page that they cannot share.
    /// </summary>
    public TimeSpan UncacheableDuration { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how long after a failed refresh of a page the next one begins. Must be between 1 second and 1 hour. The default is 10 seconds.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how long the refresh of a page can take. Must be between 1 second and 1 hour. The default is 1 minute. After that, the refresh is abandoned, and its page is not stored.</summary>
    public TimeSpan RefreshTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Gets or sets a delegate that prepares the request of a background refresh: it copies what pages depend on from the first argument, the request
    /// that was served the stale page, to the second, the request that renders the page again. The default is <see langword="null"/>: a page is refreshed
    /// in the background only if middleware before the output cache has added no state to the request that the refresh would lack. Otherwise the
    /// request that finds the stale page renders it.
    /// </summary>
    /// <remarks>
    /// The visitor waits for the delegate. The refresh has services, features and items of its own. Copy values, and nothing that the first request
    /// owns: it ends before the refresh. An <see cref="AsyncLocal{T}"/> that the delegate sets holds for the refresh if the delegate is not async.
    /// If nothing needs to be copied, set a delegate that does nothing.
    /// </remarks>
    public Func<HttpContext, HttpContext, CancellationToken, ValueTask>? PrepareRefresh { get; set; }

    /// <summary>
    /// Gets or sets the maximum size of the local cache of hot pages. Must be between zero (no local cache) and 64 GiB. The default is zero. With a local cache, a page that is often requested is
    /// served without a lookup in Redis. An eviction on another instance then takes effect here when its message arrives, usually within milliseconds, or within two seconds if
    /// no message arrives. Without a local cache, an eviction has taken effect on all instances when it returns.
    /// </summary>
    public long LocalCacheBytes { get; set; }

    /// <summary>Gets or sets whether responses of cached endpoints have the header <c>X-Cache: hit</c>, <c>stale</c>, <c>miss</c> or <c>bypass</c>. The default is <see langword="false"/>.</summary>
    public bool AddCacheStatusHeader { get; set; }
}
