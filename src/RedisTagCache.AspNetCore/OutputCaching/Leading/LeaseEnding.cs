using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using RedisTagCache.AspNetCore.OutputCaching.Refresh;
using RedisTagCache.Leases;

namespace RedisTagCache.AspNetCore.OutputCaching.Leading;

/// <summary>Releases the lease of a rendering from which no page was stored, and decides what that means for the page.</summary>
internal sealed class LeaseEnding(RefreshAnswers answers, IOptions<RedisTagOutputCacheOptions> options)
{
    /// <summary>After an error, no request waits for the next attempt, and soon one leads again.</summary>
    private static readonly TimeSpan _failedFor = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long no request needs a lease after an answer to a condition or a range. It wakes the requests that wait, and is over before they ask again.
    /// </summary>
    public static TimeSpan Shortest { get; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Gives the lease back, if the pass still has one.</summary>
    /// <param name="page">The pass.</param>
    /// <param name="context">Its request.</param>
    /// <param name="hasThrown">Whether the handler threw an exception.</param>
    public Task EndAsync(PageRequest page, HttpContext context, bool hasThrown)
    {
        if (page.TakeLease() is not { } lease)
            return Task.CompletedTask;
        if (page.IsAborted || context.RequestAborted.IsCancellationRequested || (page.Renews is not null && !hasThrown && RefreshAnswers.IsPart(context)))
            return lease.DisposeAsync().AsTask(); // another request renders it
        if (page.Renews is { } stale)
            return answers.EndAsync(stale, lease, isGone: !hasThrown && !page.IsLate && RefreshAnswers.EndsPage(context.Response.StatusCode));
        return lease.PassAsync(UncacheableDuration(context, hasThrown));
    }

    /// <summary>For how long no request waits for a page that was answered like this.</summary>
    public TimeSpan UncacheableDuration(HttpContext context, bool hasThrown) => context.Response.StatusCode switch
    {
        >= StatusCodes.Status500InternalServerError => _failedFor,
        _ when hasThrown => _failedFor,

        // The answer to a condition or a range says nothing about the page.
        _ when RefreshAnswers.IsPart(context) => Shortest,
        _ => options.Value.UncacheableDuration,
    };
}

/// <summary>
/// Decides what happens to a stale page if its refresh returned no page that can be stored. After 404 and 410, the page is removed. All other
/// responses may concern this one request only, so the old page stays.
/// </summary>
internal sealed class RefreshAnswers(PageCache cache, IOptions<RedisTagOutputCacheOptions> options)
{
    public static bool EndsPage(int status) => status is StatusCodes.Status404NotFound or StatusCodes.Status410Gone;

    /// <summary>Whether a response answers a condition or a range, and so says nothing about the whole page.</summary>
    public static bool IsPart(HttpContext context) =>
        context.Response.StatusCode is StatusCodes.Status206PartialContent or StatusCodes.Status304NotModified
            or StatusCodes.Status412PreconditionFailed or StatusCodes.Status416RangeNotSatisfiable
        && RequestReplay.AsksForPart(context.Request.Headers);

    /// <summary>Leaves the page, or removes it, and releases the lease. Returns how long the page is not refreshed again.</summary>
    public async Task<TimeSpan> EndAsync(string key, CacheLease lease, bool isGone)
    {
        if (isGone && await TryRemoveAsync(new CacheEntryKey(CacheRegion.Output, key), lease).ConfigureAwait(false))
            return TimeSpan.Zero;
        await lease.ReleaseAsync(options.Value.RetryDelay).ConfigureAwait(false);
        return options.Value.RetryDelay;
    }

    /// <summary>Removes the page and gives the lease back. False if Redis does not confirm that: the page expires, or a later refresh removes it.</summary>
    private async Task<bool> TryRemoveAsync(CacheEntryKey key, CacheLease lease)
    {
        try
        {
            await cache.Store.RemoveAsync(key).ConfigureAwait(false);
        }
        catch (RedisTagCacheUnavailableException)
        {
            return false;
        }

        // The removal has revoked the lease, so only a new one can let the others know that they need not wait for this page.
        await lease.DisposeAsync().ConfigureAwait(false);
        using var removed = await cache.Store.GetAsync(key).ConfigureAwait(false);
        if (removed.HasValue)
            return true;
        var next = await cache.Leases.AcquireAsync(key, removed).ConfigureAwait(false);
        await using (next.ConfigureAwait(false))
            await next.PassAsync(options.Value.UncacheableDuration).ConfigureAwait(false);
        return true;
    }
}
