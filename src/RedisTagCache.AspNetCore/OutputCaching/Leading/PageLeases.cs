using System.Collections.Immutable;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Options;
using RedisTagCache.Leases;

namespace RedisTagCache.AspNetCore.OutputCaching.Leading;

/// <summary>Leases for the rendering of pages: those that Redis grants to one request of the fleet, and otherwise those of this process.</summary>
internal sealed class PageLeases : IDisposable
{
    private readonly ITagCacheLeases _leases;
    private readonly InProcessLeases _inProcess;

    public PageLeases(PageCache cache, IOptions<OutputCacheOptions> caching)
    {
        _leases = cache.Leases;
        _inProcess = cache.InProcessLeases.Of(CacheRegion.Output, caching.Value.SizeLimit);
    }

    /// <summary>Gets how many requests wait for a lease of this process.</summary>
    public int WaitingCount => _inProcess.WaitingCount;

    /// <summary>Asks for the lease.</summary>
    /// <param name="page">The request that would render the page.</param>
    /// <param name="key">The page's key.</param>
    /// <param name="found">What the lookup of the page gave.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<CacheLease> AcquireAsync(PageRequest page, string key, CacheLookup found, CancellationToken cancellationToken)
    {
        var lease = await AskAsync(key, found, cancellationToken).ConfigureAwait(false);
        return lease.State == CacheLeaseState.Unavailable ? await AskInProcessAsync(page, key, found).ConfigureAwait(false) : lease;
    }

    /// <summary>Asks Redis for the lease.</summary>
    public ValueTask<CacheLease> AskAsync(string key, CacheLookup found, CancellationToken cancellationToken) => _leases.AcquireAsync(Key(key), found, cancellationToken);

    /// <summary>Asks this process for the lease, because Redis grants none.</summary>
    public ValueTask<CacheLease> AskInProcessAsync(PageRequest page, string key, CacheLookup found) =>
        _inProcess.AcquireAsync(key, found, page.BeginsWithLookup ? null : page.Moment);

    /// <summary>Gets the page that another request of this process has rendered, and Redis has not taken.</summary>
    public ValueTask<ImmutableArray<byte>?> FindAsync(string key, CacheLookup found, CacheLease? awaited) => _inProcess.FindAsync(key, found, awaited);

    /// <summary>Looks the page up once more, after waiting for another request's lease.</summary>
    public ValueTask<CacheLookup> LookAgainAsync(string key, CacheVersion since, CancellationToken cancellationToken) => _leases.LookAgainAsync(Key(key), since, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _inProcess.Dispose();

    private static CacheEntryKey Key(string key) => new(CacheRegion.Output, key);
}
