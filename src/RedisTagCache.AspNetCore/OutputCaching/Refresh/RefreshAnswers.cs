using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using RedisTagCache.Leases;

namespace RedisTagCache.AspNetCore.OutputCaching.Refresh;

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
