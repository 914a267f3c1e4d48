using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Options;
using RedisTagCache.AspNetCore.Diagnostics;
using RedisTagCache.AspNetCore.OutputCaching.Eviction;
using RedisTagCache.AspNetCore.OutputCaching.Leading;
using RedisTagCache.AspNetCore.OutputCaching.Refresh;
using RedisTagCache.Entries;
using RedisTagCache.Leases;
using RedisTagCache.LocalCaching;

namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>
/// Lookups and writes of pages within requests:
/// <code>
/// own copy - fresh ---------------------------------------------> served
/// lookup -- fresh ---------------------------------------------> served
///         |- stale -- can be refreshed: served, one refreshes behind it
///         |        `- cannot: who gets the lease renders it, the others are served
///         `- miss --- lease: granted: renders it.  taken: waits for that, looks again.  none: renders it for itself
/// </code>
/// If Redis grants no leases, requests of this process share what they render, as <see cref="InProcessLeases"/> says.
/// </summary>
internal sealed partial class PageStore(
    PageCache cache, PageLeases leases, PageRefresher refresher, TagTemplates templates, PageClock clock, LeaseEnding ending, PageMeter meter,
    IOptions<RedisTagOutputCacheOptions> options, IOptions<OutputCacheOptions> caching, TimeProvider time)
{
    private readonly PageLeases _leases = leases;
    private readonly TimeProvider _time = time;
    private readonly IEntryCopies? _copies = options.Value.LocalCacheBytes > 0 ? cache.Copies.Keep(CacheRegion.Output, options.Value.LocalCacheBytes) : null;

    /// <summary>Gives the page that this instance has a copy of, without asking Redis.</summary>
    public bool TryGetCopy(PageRequest page, ReadOnlySpan<char> key, [NotNullWhen(true)] out byte[]? content)
    {
        content = null;
        if (_copies is null || !page.AllowsCopies || page.Refreshes is not null || !_copies.TryGet(key, out var payload))
            return false;
        page.Status = PageStatus.Hit;
        content = ImmutableCollectionsMarshal.AsArray(payload)!; // the middleware only reads it, as with ASP.NET Core's own store in memory
        content = clock.Prepare(content, isShared: true, page.Context?.HttpContext.Request);
        return true;
    }

    /// <summary>Gives the page. Nothing, when this request is to render it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<byte[]?> FindAsync(PageRequest page, string key, CancellationToken cancellationToken)
    {
        page.Status = PageStatus.Miss;
        if (page.Refreshes is not null)
        {
            page.IsAsked = page.Refreshes == key;
            return Rendered(page); // its lease has given it its version
        }

        var start = _time.GetTimestamp();
        var found = await LookUpAsync(page, key, cancellationToken).ConfigureAwait(false);
        if (found.State != CacheLookupState.Fresh)
            return await new PageSingleFlight(this, page, key, found, start).RunAsync(cancellationToken).ConfigureAwait(false);
        using (found)
        {
            page.Status = PageStatus.Hit;
            return Served(page, found);
        }
    }

    private ValueTask<CacheLookup> LookUpAsync(PageRequest page, string key, CancellationToken cancellationToken) => _copies is not null && page.AllowsCopies
        ? _copies.GetAsync(key, cancellationToken)
        : cache.Store.GetAsync(Key(key), cancellationToken);

    public async ValueTask SetAsync(PageRequest page, string key, ReadOnlySequence<byte> value, ReadOnlyMemory<string> tags, TimeSpan validFor, CancellationToken cancellationToken)
    {
        // A page that the request did not render completely is not stored. The lease ends with the request.
        cancellationToken.ThrowIfCancellationRequested();
        if (page.IsAborted || page.IsLate || validFor <= TimeSpan.Zero || (page.Refreshes is not null && page.Refreshes != key))
            return;
        var version = PageEntry.VersionOf(page, Key(key));
        var entry = PageEntry.OptionsOf(page, tags.Span, validFor, options.Value);
        page.Written = page.TakeLease(key) is { } lease
            ? await lease.SetAsync(value, version, entry, cancellationToken).ConfigureAwait(false)
            : await cache.Store.SetAsync(Key(key), value, version, entry, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Nothing was found: the page is rendered now.</summary>
    private byte[]? Rendered(PageRequest page)
    {
        templates.Expand(page);
        if (page.Refreshes is null)
            meter.Page(page.Lease is { State: CacheLeaseState.Granted } ? CacheEventDetail.Leader : CacheEventDetail.Uncoordinated);
        return null;
    }

    /// <summary>Another request of this process has rendered it, and Redis has not taken it.</summary>
    private byte[] Shared(PageRequest page, ImmutableArray<byte> content, bool hasWaited)
    {
        page.Status = PageStatus.Hit;
        if (hasWaited)
            meter.Page(CacheEventDetail.Follower);
        return clock.Prepare(ImmutableCollectionsMarshal.AsArray(content)!, isShared: true, page.Context?.HttpContext.Request);
    }

    private byte[] Served(PageRequest page, CacheLookup found, bool hasWaited = false)
    {
        if (hasWaited)
            meter.Page(CacheEventDetail.Follower);
        var content = found.CopyPayload(out var isShared);
        return clock.Prepare(content, isShared, page.Context?.HttpContext.Request);
    }

    private static CacheEntryKey Key(string key) => new(CacheRegion.Output, key);
}

/// <summary>What the pages use of the cache that they are in.</summary>
/// <param name="IsEnabled">Whether pages are cached.</param>
/// <param name="Store">The entries, and evictions.</param>
/// <param name="Leases">Leases that Redis grants.</param>
/// <param name="InProcessLeases">Leases of this process.</param>
/// <param name="Copies">The local cache.</param>
internal sealed record PageCache(bool IsEnabled, TagCacheStore Store, ITagCacheLeases Leases, InProcessLeasesOf InProcessLeases, ITagCacheCopies Copies);

/// <summary>The store of pages while their cache is disabled: it has none, and stores none.</summary>
internal sealed class UncachedPages(ITagCacheStore store) : IOutputCacheBufferStore
{
    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => default;

    public ValueTask<bool> TryGetAsync(string key, PipeWriter destination, CancellationToken cancellationToken = default) => default;

    public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken) => default;

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, ReadOnlyMemory<string> tags, TimeSpan validFor, CancellationToken cancellationToken = default) => default;

    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken) => store.EvictByTagAsync(tag, cancellationToken);
}

/// <summary>How a request for a page was answered.</summary>
internal enum PageStatus
{
    Bypass,
    Miss,
    Hit,
    Stale,
}
