using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using RedisTagCache.AspNetCore.Diagnostics;
using RedisTagCache.AspNetCore.Eviction;
using RedisTagCache.AspNetCore.Refresh;
using RedisTagCache.Engine;

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
internal sealed class PageStore(
    ITagCacheStore store, PageLeases leases, ITagCacheCopies copies, PageRefresher refresher, TagTemplates templates, PageClock clock, LeaseEnding ending, PageMeter meter,
    IOptions<RedisTagOutputCacheOptions> options, IOptions<OutputCacheOptions> caching, TimeProvider time)
{
    private const int MaxChanges = 16;

    /// <summary>How many renderings of other requests a request waits for before it renders the page itself.</summary>
    private const int MaxRenderings = 2;
    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _overAfter = 5 * LeaseEnding.Shortest;
    private static readonly TimeSpan _maxPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _timerPrecision = TimeSpan.FromMilliseconds(20);

    private readonly IEntryCopies? _copies = options.Value.LocalCacheBytes > 0 ? copies.Keep(CacheRegion.Output, options.Value.LocalCacheBytes) : null;

    /// <summary>Gives the page that this instance has a copy of, without asking Redis.</summary>
    public bool TryGetCopy(PageRequest page, ReadOnlySpan<char> key, [NotNullWhen(true)] out byte[]? content)
    {
        content = null;
        if (_copies is null || !page.AllowsCopies || page.Refreshes is not null || !_copies.TryGet(key, out var payload))
            return false;
        page.Status = PageStatus.Hit;
        content = ImmutableCollectionsMarshal.AsArray(payload)!; // who serves it only reads it, as with ASP.NET Core's own store in memory
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

        var start = time.GetTimestamp();
        var found = await LookUpAsync(page, key, cancellationToken).ConfigureAwait(false);
        if (found.State != CacheLookupState.Fresh)
            return await FindOrLeadAsync(page, key, found, start, cancellationToken).ConfigureAwait(false);
        using (found)
        {
            page.Status = PageStatus.Hit;
            return Served(page, found);
        }
    }

    private ValueTask<CacheLookup> LookUpAsync(PageRequest page, string key, CancellationToken cancellationToken) => _copies is not null && page.AllowsCopies
        ? _copies.GetAsync(key, cancellationToken)
        : store.GetAsync(Key(key), cancellationToken);

    private async ValueTask<byte[]?> FindOrLeadAsync(PageRequest page, string key, CacheLookup lookup, long start, CancellationToken cancellationToken)
    {
        var pause = _firstPause;
        var first = lookup.Version;
        page.BeginsWithLookup = page.Moment.VersionOf(Key(key)) != first && CarriedState.IsBare(page);
        var hasWaited = false;
        var wasTold = false;
        var isFirst = true;
        var renderings = 0;
        var awaited = default(CacheLease);
        for (var changes = 0; ;)
        {
            using var found = isFirst ? lookup : await leases.LookAgainAsync(key, first, cancellationToken).ConfigureAwait(false);
            isFirst = false;
            page.Version = found.Version;
            if (found.State == CacheLookupState.Stale && await leases.FindAsync(key, found, awaited).ConfigureAwait(false) is { } newer)
                return Shared(page, newer, hasWaited);
            if (found.State == CacheLookupState.Fresh || (found.State == CacheLookupState.Stale && !await ShouldRenderAsync(page, key, found, cancellationToken).ConfigureAwait(false)))
            {
                page.Status = found.State == CacheLookupState.Fresh ? PageStatus.Hit : PageStatus.Stale;
                if (hasWaited)
                    meter.Page("follower");
                return Served(page, found);
            }

            if (page.Lease is not null || !CanLead(page) || (renderings >= MaxRenderings && found.MissReason == CacheMissReason.Evicted && awaited?.Awaited is null))
                return Rendered(page);

            var left = options.Value.RenderTimeout - time.GetElapsedTime(start);
            var lease = await leases.AskAsync(key, found, cancellationToken).ConfigureAwait(false);
            if (lease.State == CacheLeaseState.Unavailable)
            {
                if (await leases.FindAsync(key, found, awaited).ConfigureAwait(false) is { } shared)
                    return Shared(page, shared, hasWaited);
                if (renderings >= MaxRenderings)
                    return Rendered(page);
                lease = await leases.AskInProcessAsync(page, key, found).ConfigureAwait(false);
            }

            awaited = lease;
            if (lease.State == CacheLeaseState.NotNeeded && lease.Left <= LeaseEnding.Shortest && !wasTold && !LeaseEnding.IsConditional(page.Context!.HttpContext.Request))
            {
                wasTold = true; // of an answer to a condition or a range, which says nothing about the page
                await Task.Delay(_overAfter, time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (lease.State is CacheLeaseState.Granted or CacheLeaseState.NotNeeded)
            {
                Lead(page, key, lease);
                return Rendered(page);
            }

            await using (lease.ConfigureAwait(false))
            {
                if (lease.State is not (CacheLeaseState.Taken or CacheLeaseState.Changed) || left <= TimeSpan.Zero || changes == MaxChanges)
                    return Rendered(page);
                if (lease.State == CacheLeaseState.Changed)
                {
                    changes++;
                    continue;
                }

                hasWaited = true;
                var longest = pause < left ? pause : left;
                var asked = time.GetTimestamp();
                if (await lease.WaitAsync(longest, cancellationToken).ConfigureAwait(false))
                {
                    // An answer to a condition or a range says nothing about the page: then one of those that asked for the whole page renders it.
                    if (wasTold || LeaseEnding.IsConditional(page.Context!.HttpContext.Request))
                        return Rendered(page);
                    wasTold = true;
                    await Task.Delay(_overAfter, time, cancellationToken).ConfigureAwait(false);
                }
                else if (time.GetElapsedTime(asked) + _timerPrecision < (longest < lease.Left ? longest : lease.Left))
                {
                    renderings++; // one has ended, with a page that began too early for this request, or with none
                }

                pause = 2 * pause < _maxPause ? 2 * pause : _maxPause;
            }
        }
    }

    public async ValueTask SetAsync(PageRequest page, string key, ReadOnlySequence<byte> value, ReadOnlyMemory<string> tags, TimeSpan validFor, CancellationToken cancellationToken)
    {
        // What the request did not render whole is not kept. The lease ends with the request.
        cancellationToken.ThrowIfCancellationRequested();
        if (page.IsAborted || page.IsLate || validFor <= TimeSpan.Zero || (page.Refreshes is not null && page.Refreshes != key))
            return;
        var version = PageEntry.VersionOf(page, Key(key));
        var entry = PageEntry.OptionsOf(page, tags.Span, validFor, options.Value);
        page.Written = page.TakeLease(key) is { } lease
            ? await lease.SetAsync(value, version, entry, cancellationToken).ConfigureAwait(false)
            : await store.SetAsync(Key(key), value, version, entry, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether the request is to render a page that is stale. As a rule it is refreshed behind it.</summary>
    private async ValueTask<bool> ShouldRenderAsync(PageRequest page, string key, CacheLookup found, CancellationToken cancellationToken)
    {
        if (!CanStore(page))
            return false;
        if (page.CanRunAgain && page.Pipeline is { } pipeline && refresher.CanReplay(page))
        {
            await refresher.BeginAsync(page, pipeline, key, found).ConfigureAwait(false);
            return false;
        }

        var lease = await leases.AcquireAsync(page, key, found, cancellationToken).ConfigureAwait(false);
        if (lease.State == CacheLeaseState.NotNeeded)
        {
            // A page that is stored is cacheable, whatever the last answer was.
            await lease.ResumeAsync(cancellationToken).ConfigureAwait(false);
            lease = await leases.AcquireAsync(page, key, found, cancellationToken).ConfigureAwait(false);
        }

        if (lease.State != CacheLeaseState.Granted)
        {
            await lease.DisposeAsync().ConfigureAwait(false);
            return false;
        }

        page.Renew(key, lease);
        ReleaseWhenAborted(page, lease);
        var response = page.Context!.HttpContext.Response;
        response.RegisterForDispose(time.CreateTimer(_ => GiveUp(page, lease), null, options.Value.RefreshTimeout, Timeout.InfiniteTimeSpan));
        return true;
    }

    private void Lead(PageRequest page, string key, CacheLease lease)
    {
        page.Lead(key, lease);
        if (lease.State != CacheLeaseState.Granted)
            return;
        LedResponse.Watch(page, lease, ending, options.Value.RenderTimeout, caching.Value.MaximumBodySize, time);
        ReleaseWhenAborted(page, lease);
    }

    /// <summary>Has others try to render a stale page that takes this request too long. Its visitor gets what it renders, and nobody else does.</summary>
    private void GiveUp(PageRequest page, CacheLease lease)
    {
        page.IsLate = true;
        _ = lease.ReleaseAsync(options.Value.RetryDelay);
    }

    private static void ReleaseWhenAborted(PageRequest page, CacheLease lease)
    {
        // Whose client has left renders for nobody, for however long: another one may begin.
        page.Context!.HttpContext.RequestAborted.UnsafeRegister(static lease => _ = ((CacheLease)lease!).DisposeAsync().AsTask(), lease);
    }

    /// <summary>Nothing was found: the page is rendered now.</summary>
    private byte[]? Rendered(PageRequest page)
    {
        templates.Expand(page);
        if (page.Refreshes is null)
            meter.Page(page.Lease is { State: CacheLeaseState.Granted } ? "leader" : "uncoordinated");
        return null;
    }

    /// <summary>Another request of this process has rendered it, and Redis has not taken it.</summary>
    private byte[] Shared(PageRequest page, ImmutableArray<byte> content, bool hasWaited)
    {
        page.Status = PageStatus.Hit;
        if (hasWaited)
            meter.Page("follower");
        return clock.Prepare(ImmutableCollectionsMarshal.AsArray(content)!, isShared: true, page.Context?.HttpContext.Request);
    }

    private byte[] Served(PageRequest page, CacheLookup found)
    {
        var content = found.CopyPayload(out var isShared);
        return clock.Prepare(content, isShared, page.Context?.HttpContext.Request);
    }

    private bool CanLead(PageRequest page) =>
        options.Value.RenderTimeout > TimeSpan.Zero && page.Context is { AllowLocking: true } && CanStore(page);

    private static bool CanStore(PageRequest page) =>
        page.Context is { AllowCacheStorage: true } context
        && !context.HttpContext.Request.Headers.CacheControl.ToString().Contains(CacheControlHeaderValue.OnlyIfCachedString, StringComparison.OrdinalIgnoreCase);

    private static CacheEntryKey Key(string key) => new(CacheRegion.Output, key);
}
