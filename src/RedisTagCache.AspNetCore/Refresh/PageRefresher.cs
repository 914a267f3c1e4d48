using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RedisTagCache.AspNetCore.Diagnostics;
using RedisTagCache.AspNetCore.OutputCaching;
using RedisTagCache.Diagnostics;
using RedisTagCache.Engine;

namespace RedisTagCache.AspNetCore.Refresh;

/// <summary>
/// Renders stale pages anew behind the visitors who were served the old ones: runs their request once more, from the output cache on, once in the
/// fleet, without anybody waiting.
/// </summary>
internal sealed class PageRefresher(
    ITagCacheStore store,
    ITagCacheLeases leases,
    RequestReplay replay,
    IEnumerable<IHostApplicationLifetime> lifetimes,
    PageMeter meter,
    IOptions<RedisTagOutputCacheOptions> options,
    TimeProvider time,
    ILogger<PageRefresher> logger)
{
    /// <summary>So that after the expiry of very many pages their refreshes do not crowd out the visitors. The next visitor tries again.</summary>
    private const int MostAtOnce = 16;

    private static readonly ActivitySource _source = new(RedisTagOutputCacheDiagnostics.ActivitySourceName);
    private static readonly TimeSpan _nextLook = TimeSpan.FromMilliseconds(250);

    private readonly RefreshGate _gate = new(time);
    private readonly Burst _failures = new(time);
    private readonly Burst _differences = new(time);
    private readonly CancellationToken _stopping = lifetimes.FirstOrDefault()?.ApplicationStopping ?? CancellationToken.None; // a plain container has none
    private int _running;

    /// <summary>Begins the refresh of a page, unless it is under way. Returns at once.</summary>
    /// <param name="page">The request to which the page is served.</param>
    /// <param name="pipeline">The pipeline from the output cache on.</param>
    /// <param name="key">The page.</param>
    /// <param name="found">The stale page, not disposed of yet.</param>
    public void Begin(PageRequest page, RequestDelegate pipeline, string key, CacheLookup found)
    {
        if (!_gate.TryEnter(key))
            return;
        var isBegun = false;
        try
        {
            if (Interlocked.Increment(ref _running) > MostAtOnce || _stopping.IsCancellationRequested)
                return;

            // Now, while the request is there. It ends before the refresh does, and nothing of its own may be used then.
            var copy = RequestReplay.Copy(page.Context!.HttpContext);
            var acquiring = leases.AcquireAsync(new CacheEntryKey(CacheSurface.Output, key), found).AsTask();
            var caller = Activity.Current;
            isBegun = true;
            using (ExecutionContext.SuppressFlow())
                _ = Task.Run(() => RunAsync(page.Pages, copy, pipeline, key, acquiring, caller));
        }
        finally
        {
            if (!isBegun)
                End(key, TimeSpan.Zero);
        }
    }

    private void End(string key, TimeSpan pause)
    {
        Interlocked.Decrement(ref _running);
        _gate.Leave(key, pause);
    }

    private async Task RunAsync(PageStore pages, RequestCopy copy, RequestDelegate pipeline, string key, Task<CacheLease> acquiring, Activity? caller)
    {
        var pause = _nextLook;
        try
        {
            var lease = await acquiring.ConfigureAwait(false);
            await using (lease.ConfigureAwait(false))
            {
                if (lease.State == CacheLeaseState.Granted)
                    pause = await RefreshAsync(pages, copy, pipeline, key, lease, caller).ConfigureAwait(false);
                else if (lease.State == CacheLeaseState.Paused)
                    pause = lease.Left;
            }
        }
        finally
        {
            End(key, pause);
        }
    }

    /// <summary>Returns for how long this instance does not try again.</summary>
    private async Task<TimeSpan> RefreshAsync(PageStore pages, RequestCopy copy, RequestDelegate pipeline, string key, CacheLease lease, Activity? caller)
    {
        using var activity = _source.StartActivity(ActivityKind.Internal, links: caller is null ? null : [new ActivityLink(caller.Context)], name: "page.refresh");
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
        var start = time.GetTimestamp();
        var page = new PageRequest(pages, store.Observe()) { Refreshes = key };
        page.Lead(key, lease);
        var (status, exception) = (0, default(Exception));
        try
        {
            using var timeout = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), ending, options.Value.RefreshTimeout, Timeout.InfiniteTimeSpan);
            status = await replay.RunAsync(copy, pipeline, page, ending.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the page throws: nobody waits for it, and the old one lives on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            exception = e;
        }

        var isFailed = exception is not null || status >= StatusCodes.Status500InternalServerError || page.IsAborted || ending.IsCancellationRequested;
        var outcome = page.Written is { } written ? NameOf(written) : isFailed ? "failed" : page.IsAsked ? "uncacheable" : "differs";
        var pause = TimeSpan.Zero;
        switch (outcome)
        {
            case "failed" when !_stopping.IsCancellationRequested:
                pause = options.Value.RetryDelay;
                if (_failures.ShouldTell(out var count))
                    Log.PageRefreshFailed(logger, exception, status, count);
                await lease.ReleaseAsync(pause).ConfigureAwait(false);
                break;
            case "differs":
                pause = options.Value.RetryDelay;
                if (_differences.ShouldTell(out var differences))
                    Log.PageRefreshDiffers(logger, copy.Endpoint?.DisplayName, differences);
                await lease.ReleaseAsync(pause).ConfigureAwait(false);
                break;
            case "uncacheable":
                await RemoveAsync(key).ConfigureAwait(false); // what is served now is no such page any more
                await lease.PassAsync(options.Value.UncacheableFor).ConfigureAwait(false);
                break;
        }

        meter.Refresh(outcome, time.GetElapsedTime(start));
        activity?.SetTag("redistagcache.outcome", outcome).SetStatus(outcome == "failed" ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
        return pause;
    }

    private async Task RemoveAsync(string key)
    {
        try
        {
            await store.RemoveAsync(new CacheEntryKey(CacheSurface.Output, key)).ConfigureAwait(false);
        }
        catch (RedisTagCacheUnavailableException)
        {
            // it expires, or the next refresh removes it
        }
    }

    private static string NameOf(CacheWriteOutcome outcome) => outcome switch
    {
        CacheWriteOutcome.Stored => "stored",
        CacheWriteOutcome.Refused => "refused",
        _ => "dropped",
    };
}
