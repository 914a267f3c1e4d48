using Microsoft.AspNetCore.Http;

namespace RedisTagCache.AspNetCore;

/// <summary>How pages are computed and kept. What to cache and for how long is for ASP.NET Core's <c>OutputCacheOptions</c> and policies to say.</summary>
public sealed class RedisTagOutputCacheOptions
{
    /// <summary>
    /// How long after its expiry a page is still served while it is rendered again, where its endpoint does not say. Zero (not at all) to 365 days; default zero.
    /// </summary>
    public TimeSpan StaleWindow { get; set; }

    /// <summary>
    /// How long a request waits for a page that another request renders, here or on another instance, before it renders the page itself.
    /// Zero (nobody waits, everybody renders) to 10 minutes; default 10 seconds. Choose it longer than your slowest page.
    /// </summary>
    public TimeSpan RenderTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets or sets how long requests do not wait for a page that was not cacheable, such as one that was not found. Must be between 1 second and 1 hour. The default is 1 minute.
    /// Shorter: when such a page becomes cacheable, one request renders it for all of them sooner. Longer: fewer requests wait for a page that they cannot share.
    /// </summary>
    public TimeSpan UncacheableDuration { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long after a refresh that brought no page that can be stored the next one of the same page begins. 1 second to 1 hour; default 10 seconds.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the refresh of a page may take. Then it is given up, and what it still renders is not stored. 1 second to 1 hour; default 1 minute.</summary>
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
    /// The memory for this instance's own copies of hot pages, by their size. Zero (no copies) to 64 GiB; default zero. With copies, a page that is asked for often is
    /// served without asking Redis, and an eviction on another instance ends it when this one hears of it: as a rule within milliseconds, and within two seconds when
    /// no message comes. Without them every eviction holds everywhere as soon as it has returned.
    /// </summary>
    public long LocalCacheBytes { get; set; }

    /// <summary>Whether responses of cached endpoints carry <c>X-Cache: hit</c>, <c>stale</c>, <c>miss</c> or <c>bypass</c>. Default <see langword="false"/>.</summary>
    public bool AddCacheStatusHeader { get; set; }
}
