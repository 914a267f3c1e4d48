using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RedisTagCache.AspNetCore.Diagnostics;
using RedisTagCache.AspNetCore.OutputCaching.Leading;
using RedisTagCache.Leases;
using RedisTagCache.SingleFlight;
using LogThrottle = RedisTagCache.Diagnostics.LogThrottle;

namespace RedisTagCache.AspNetCore.OutputCaching.Refresh;

/// <summary>
/// Renders stale pages again in the background: runs the request that was served the old page once more, from the output cache on, once in the
/// fleet.
/// </summary>
internal sealed class PageRefresher(
    PageCache cache,
    PageLeases leases,
    RequestReplay replay,
    RefreshAnswers answers,
    RunningRefreshes runs,
    IEnumerable<IHostApplicationLifetime> lifetimes,
    PageMeter meter,
    IOptions<RedisTagOutputCacheOptions> options,
    TimeProvider time,
    ILogger<PageRefresher> logger)
{
    /// <summary>So that after the expiry of very many pages their refreshes do not crowd out the visitors. The next visitor tries again.</summary>
    private const int MaxAtOnce = 16;

    private static readonly TimeSpan _nextLook = TimeSpan.FromMilliseconds(250);

    private readonly RefreshGate _gate = new(time);
    private readonly LogThrottle _failures = new(time);
    private readonly LogThrottle _differences = new(time);
    private readonly LogThrottle _incomplete = new(time);
    private readonly CancellationToken _stopping = lifetimes.FirstOrDefault()?.ApplicationStopping ?? CancellationToken.None; // a plain container has none
    private int _running;

    /// <summary>Whether a refresh can have all that the page depends on. Otherwise the request that found the page renders it.</summary>
    public bool CanReplay(PageRequest page)
    {
        if (options.Value.PrepareRefresh is not null || CarriedState.IsWhole(page))
            return true;
        if (_incomplete.ShouldLog(out var count))
            Log.PageRefreshedByRequest(logger, page.Context!.HttpContext.GetEndpoint()?.DisplayName, count);
        return false;
    }

    /// <summary>Begins the refresh of a page, unless it is under way. Completes when the refresh does not need the request any more.</summary>
    /// <param name="page">The request to which the page is served.</param>
    /// <param name="pipeline">The pipeline from the output cache on.</param>
    /// <param name="key">The page.</param>
    /// <param name="found">The stale page, not disposed of yet.</param>
    public Task BeginAsync(PageRequest page, RequestDelegate pipeline, string key, CacheLookup found)
    {
        if (!_gate.TryEnter(key))
            return Task.CompletedTask;
        var isStarted = false;
        try
        {
            if (Interlocked.Increment(ref _running) > MaxAtOnce || _stopping.IsCancellationRequested)
                return Task.CompletedTask;

            // Now, while the request is there. It ends before the refresh does, and nothing of its own may be used then.
            var original = page.Context!.HttpContext;
            var copy = replay.Copy(original);
            var prepares = options.Value.PrepareRefresh is not null;

            // What is carried may have been made of what middleware read when the request began.
            var refresh = new PageRequest(page.Pages, prepares || copy.HasState ? page.Moment : cache.Store.Observe()) { Refreshes = key };
            var acquiring = leases.AcquireAsync(refresh, key, found, CancellationToken.None).AsTask();
            var work = new RefreshWork(refresh, copy, pipeline, key, acquiring, Activity.Current);
            isStarted = true;
            using (ExecutionContext.SuppressFlow())
                runs.Add(Task.Run(() => RunAsync(work, original)));
            return prepares ? work.Prepared.Task : Task.CompletedTask;
        }
        finally
        {
            if (!isStarted)
                End(key, TimeSpan.Zero);
        }
    }

    private void End(string key, TimeSpan pause)
    {
        Interlocked.Decrement(ref _running);
        _gate.Leave(key, pause);
    }

    private async Task RunAsync(RefreshWork work, HttpContext original)
    {
        var pause = _nextLook;
        var ending = new CancellationTokenSource(); // not linked: a rendering that hangs may still use it when this has ended
        using var stopping = _stopping.UnsafeRegister(static source => ((CancellationTokenSource)source!).Abandon(), ending);
        var request = default(ReplayedRequest);
        try
        {
            // Here, so that AsyncLocal values that the application sets hold for the whole refresh.
            var exception = default(Exception);
            try
            {
                request = replay.Begin(work.Copy, work.Page, ending.Token);
                if (options.Value.PrepareRefresh is { } prepare)
                    await PrepareAsync(prepare(original, request.Context, ending.Token), ending).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever the application throws: the visitor is served the old page.
            catch (Exception e)
#pragma warning restore CA1031
            {
                exception = e;
            }
            finally
            {
                work.Prepared.SetResult();
            }

            var lease = await work.Acquiring.ConfigureAwait(false);
            await using (lease.ConfigureAwait(false))
            {
                if (lease.State == CacheLeaseState.Granted)
                {
                    work.Page.Lead(work.Key, lease);
                    pause = await RefreshAsync(work, exception is null ? Interlocked.Exchange(ref request, null) : null, exception, lease, ending).ConfigureAwait(false);
                }
                else if (lease.State == CacheLeaseState.Paused)
                {
                    pause = lease.Left;
                }
                else if (lease.State == CacheLeaseState.NotNeeded)
                {
                    pause = await ResumeAsync(lease).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            End(work.Key, pause);
            if (request is not null)
                await request.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Gives the application's preparation up if it takes too long: the visitor waits for it.</summary>
    private async Task PrepareAsync(ValueTask preparation, CancellationTokenSource ending)
    {
        var preparing = preparation.AsTask();
        try
        {
            await preparing.WaitAsync(options.Value.RefreshTimeout, time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!preparing.IsCompleted)
        {
            runs.Add(preparing);
            ending.Abandon();
            throw;
        }
    }

    /// <summary>A page that is stored is cacheable, whatever the last answer was: the next visitor's refresh is granted the lease.</summary>
    private static async Task<TimeSpan> ResumeAsync(CacheLease lease)
    {
        await lease.ResumeAsync().ConfigureAwait(false);
        return TimeSpan.Zero;
    }

    /// <summary>Returns for how long this instance does not try again.</summary>
    private async Task<TimeSpan> RefreshAsync(RefreshWork work, ReplayedRequest? request, Exception? exception, CacheLease lease, CancellationTokenSource ending)
    {
        using var activity = PageActivity.Refresh(meter, work.Caller);
        var start = time.GetTimestamp();
        var page = work.Page;
        var status = 0;
        try
        {
            if (request is not null)
                status = await WithinTimeAsync(request.RunAsync(work.Pipeline), page, ending).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the page throws: no client waits for it, and the old page stays.
        catch (Exception e)
#pragma warning restore CA1031
        {
            exception = e;
        }

        var isFailed = exception is not null || status >= StatusCodes.Status500InternalServerError || page.IsAborted || ending.IsCancellationRequested;
        var outcome = page.Written is { } written ? OutcomeOf(written)
            : isFailed ? PageRefreshOutcome.Failed
            : !page.IsAsked ? PageRefreshOutcome.Differs
            : RefreshAnswers.EndsPage(status) ? PageRefreshOutcome.Gone : PageRefreshOutcome.Uncacheable;
        var pause = page.Written is null or CacheWriteOutcome.Stored ? TimeSpan.Zero : _nextLook; // else each visitor would begin another one
        if (page.Written is null && !_stopping.IsCancellationRequested)
        {
            if (outcome == PageRefreshOutcome.Differs && _differences.ShouldLog(out var count))
                Log.PageRefreshDiffers(logger, work.Copy.Endpoint?.DisplayName, count);
            if (outcome is PageRefreshOutcome.Failed or PageRefreshOutcome.Uncacheable && _failures.ShouldLog(out count))
                Log.PageRefreshFailed(logger, exception, status, count);
            pause = await answers.EndAsync(work.Key, lease, outcome == PageRefreshOutcome.Gone).ConfigureAwait(false);
        }

        meter.Refresh(outcome, time.GetElapsedTime(start));
        activity.Outcome(outcome);
        return pause;
    }

    /// <summary>Gives a rendering up that takes too long. It may go on for as long as it likes, but its page is not stored.</summary>
    private async Task<int> WithinTimeAsync(Task<int> rendering, PageRequest page, CancellationTokenSource ending)
    {
        runs.Add(rendering);
        try
        {
            return await rendering.WaitAsync(options.Value.RefreshTimeout, time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!rendering.IsCompleted)
        {
            page.IsAborted = true;
            ending.Abandon();
            throw;
        }
    }

    private static PageRefreshOutcome OutcomeOf(CacheWriteOutcome outcome) => outcome switch
    {
        CacheWriteOutcome.Stored => PageRefreshOutcome.Stored,
        CacheWriteOutcome.Rejected => PageRefreshOutcome.Rejected,
        _ => PageRefreshOutcome.Skipped,
    };
}

/// <summary>One refresh of a page.</summary>
/// <param name="Page">The state of its request.</param>
/// <param name="Copy">The request that it runs once more.</param>
/// <param name="Pipeline">The pipeline from the output cache on.</param>
/// <param name="Key">The page.</param>
/// <param name="Acquiring">Brings the right to render the page.</param>
/// <param name="Caller">The trace of the request.</param>
internal sealed record RefreshWork(PageRequest Page, RequestCopy Copy, RequestDelegate Pipeline, string Key, Task<CacheLease> Acquiring, Activity? Caller)
{
    /// <summary>Completes when the application has prepared the new request from the old one.</summary>
    public TaskCompletionSource Prepared { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The refreshes under way, for which the stop of the application waits: they use its services.</summary>
internal sealed class RunningRefreshes : IHostedService
{
    private readonly ConcurrentDictionary<Task, bool> _running = new();

    public void Add(Task refresh)
    {
        _running.TryAdd(refresh, true);
        _ = refresh.ContinueWith(
            static (ended, running) =>
            {
                _ = ended.Exception; // What a refresh throws that was given up is of no use any more.
                ((ConcurrentDictionary<Task, bool>)running!).TryRemove(ended, out _);
            },
            _running,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits until the canceled refreshes have ended, within the time that the host has for its shutdown.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        while (!_running.IsEmpty && !cancellationToken.IsCancellationRequested)
        {
            try
            {
                await Task.WhenAll(_running.Keys).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever a refresh throws, or the end of the time: the host goes on.
            catch (Exception)
#pragma warning restore CA1031
            {
                await Task.Yield();
            }
        }
    }
}
