using Microsoft.Net.Http.Headers;
using RedisTagCache.AspNetCore.OutputCaching.Leading;
using RedisTagCache.AspNetCore.OutputCaching.Refresh;
using RedisTagCache.Leases;
using RedisTagCache.SingleFlight;

namespace RedisTagCache.AspNetCore.OutputCaching;

internal sealed partial class PageStore
{
    private TimeSpan RenderTimeout => options.Value.RenderTimeout;

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

        var lease = await _leases.AcquireAsync(page, key, found, cancellationToken).ConfigureAwait(false);
        if (lease.State == CacheLeaseState.NotNeeded)
        {
            // A page that is stored is cacheable, whatever the last answer was.
            await lease.ResumeAsync(cancellationToken).ConfigureAwait(false);
            lease = await _leases.AcquireAsync(page, key, found, cancellationToken).ConfigureAwait(false);
        }

        if (lease.State != CacheLeaseState.Granted)
        {
            await lease.DisposeAsync().ConfigureAwait(false);
            return false;
        }

        page.Renew(key, lease);
        NoteBeginning(page, key);
        ReleaseWhenAborted(page, lease);
        var response = page.Context!.HttpContext.Response;
        response.RegisterForDispose(_time.CreateTimer(_ => GiveUp(page, lease), null, options.Value.RefreshTimeout, Timeout.InfiniteTimeSpan));
        return true;
    }

    private void Lead(PageRequest page, string key, CacheLease lease)
    {
        page.Lead(key, lease);
        NoteBeginning(page, key);
        if (lease.State != CacheLeaseState.Granted)
            return;
        LedResponse.Watch(page, lease, ending, RenderTimeout, caching.Value.MaximumBodySize, _time);
        ReleaseWhenAborted(page, lease);
    }

    /// <summary>
    /// Notes whether the page that the request may render begins with the latest version that it has. After a wait, that is newer than its first lookup: a page
    /// that began before an eviction in the meantime would be rejected by the requests that wait for it.
    /// </summary>
    private static void NoteBeginning(PageRequest page, string key) =>
        page.BeginsWithLookup = page.Moment.VersionOf(Key(key)) != page.Version && (page.BeginsWithLookup || CarriedState.IsBare(page));

    /// <summary>Lets other requests render a stale page that takes this request too long. Only its own client gets what it renders.</summary>
    private void GiveUp(PageRequest page, CacheLease lease)
    {
        page.IsLate = true;
        _ = lease.ReleaseAsync(options.Value.RetryDelay);
    }

    private static void ReleaseWhenAborted(PageRequest page, CacheLease lease)
    {
        // If the client disconnects, release the lease so that another request can render the page.
        page.Context!.HttpContext.RequestAborted.UnsafeRegister(static lease => _ = ((CacheLease)lease!).DisposeAsync().AsTask(), lease);
    }

    private bool CanLead(PageRequest page) => RenderTimeout > TimeSpan.Zero && page.Context is { AllowLocking: true } && CanStore(page);

    private static bool CanStore(PageRequest page) =>
        page.Context is { AllowCacheStorage: true } context
        && !context.HttpContext.Request.Headers.CacheControl.ToString().Contains(CacheControlHeaderValue.OnlyIfCachedString, StringComparison.OrdinalIgnoreCase);

    /// <summary>A page: in Redis, or rendered by the request. If Redis grants no leases, the requests of this process take turns.</summary>
    private sealed class PageSingleFlight(PageStore pages, PageRequest page, string key, CacheLookup first, long start) : FleetSingleFlight<byte[]?>(pages._time, start)
    {
        /// <summary>How many renderings of other requests a request waits for before it renders the page itself.</summary>
        private const int MaxRenderings = 2;

        /// <summary>
        /// How many answers to conditions and ranges a request for the whole page lets pass. Requests that ask for parts may come again and again, and lead
        /// before those that wait. Then the requests of this process take turns: all of them have had enough at the same time.
        /// </summary>
        private const int MaxPartAnswers = 16;

        /// <summary>Of the time since it came, a request whose page would be outdated waits this part for newer requests to lead.</summary>
        private const int YieldShare = 20;

        private static readonly TimeSpan _maxYield = TimeSpan.FromMilliseconds(100);

        private readonly CacheVersion _since = first.Since;
        private readonly long _start = start;
        private CacheLookup _found = first;
        private int _renderings;
        private int _partAnswers;
        private bool _isWoken;

        protected override TimeSpan WaitTimeout => pages.RenderTimeout;

        protected override async ValueTask<FlightStep> LookUpAsync(CancellationToken cancellationToken)
        {
            if (!IsFirstLookup)
                _found = await pages._leases.LookAgainAsync(key, _since, cancellationToken).ConfigureAwait(false);

            using var found = _found; // a miss has no buffer, and is still asked for its reason
            page.Version = found.Version;
            NoteBeginning(page, key);
            if (found.HasValue)
                return Done(await ServeAsync(found, cancellationToken).ConfigureAwait(false));
            return page.Lease is null && pages.CanLead(page) && !HasWaitedEnough(found) ? FlightStep.Acquire : Done(pages.Rendered(page));
        }

        private bool HasWaitedEnough(CacheLookup found) => _renderings >= MaxRenderings && found.MissReason == CacheMissReason.Evicted && Lease?.Awaited is null;

        /// <summary>Returns the page that was found, or nothing if it is stale and this request is to render it.</summary>
        private async ValueTask<byte[]?> ServeAsync(CacheLookup found, CancellationToken cancellationToken)
        {
            if (found.State == CacheLookupState.Stale)
            {
                if (await pages._leases.FindAsync(key, found, Lease).ConfigureAwait(false) is { } newer)
                    return pages.Shared(page, newer, HasWaited);
                if (await pages.ShouldRenderAsync(page, key, found, cancellationToken).ConfigureAwait(false))
                    return pages.Rendered(page);
            }

            page.Status = found.State == CacheLookupState.Fresh ? PageStatus.Hit : PageStatus.Stale;
            return pages.Served(page, found, HasWaited);
        }

        protected override ValueTask<CacheLease> AcquireAsync(CancellationToken cancellationToken) =>
            _isWoken && IsOutdated ? YieldAsync(cancellationToken) : pages._leases.AskAsync(key, _found, cancellationToken);

        /// <summary>Asks for the lease after newer requests. Once for each rendering, since no message is heard meanwhile.</summary>
        private async ValueTask<CacheLease> YieldAsync(CancellationToken cancellationToken)
        {
            _isWoken = false;
            var pause = TimeSpan.FromTicks(Math.Min(pages._time.GetElapsedTime(_start).Ticks / YieldShare, _maxYield.Ticks));
            await Task.Delay(pause, pages._time, cancellationToken).ConfigureAwait(false);
            return await pages._leases.AskAsync(key, _found, cancellationToken).ConfigureAwait(false);
        }

        /// <summary>
        /// Gets whether the request began before an eviction of its page, and may show what middleware read then. The requests that have come since reject what it
        /// renders, so the newest of those that wait is to lead.
        /// </summary>
        private bool IsOutdated => _found.MissReason == CacheMissReason.Evicted && !page.BeginsWithLookup && page.Moment.VersionOf(Key(key)) != page.Version;

        protected override ValueTask<FlightStep> LeadAsync(CancellationToken cancellationToken)
        {
            pages.Lead(page, key, Lease!);
            return new(Done(pages.Rendered(page)));
        }

        protected override ValueTask<FlightStep> ComputeAloneAsync(CancellationToken cancellationToken)
        {
            if (Lease is { State: CacheLeaseState.NotNeeded } notNeeded)
                pages.Lead(page, key, notNeeded); // if the page is stored after all, leases are needed again
            return new(Done(pages.Rendered(page)));
        }

        protected override async ValueTask<FlightStep> WithoutRedisAsync(CancellationToken cancellationToken)
        {
            if (await pages._leases.FindAsync(key, _found, Lease).ConfigureAwait(false) is { } shared)
                return Done(pages.Shared(page, shared, HasWaited));
            return _renderings >= MaxRenderings
                ? Done(pages.Rendered(page))
                : await FollowAsync(await pages._leases.AskInProcessAsync(page, key, _found).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }

        /// <summary>
        /// A response to a condition or a range says nothing about the page. One of the requests for the whole page then renders it: they end the time in which no
        /// lease is needed, in which those that ask for parts lead no more.
        /// </summary>
        protected override async ValueTask<FlightStep> OnNotStoredAsync(CacheLease lease, CancellationToken cancellationToken)
        {
            var isAnswered = lease.State == CacheLeaseState.NotNeeded;
            if ((isAnswered && lease.Left > LeaseEnding.PartDuration) || RequestReplay.AsksForPart(page.Context!.HttpContext.Request.Headers))
                return FlightStep.ComputeAlone;
            if (isAnswered)
                await lease.ResumeAsync(cancellationToken).ConfigureAwait(false);
            return ++_partAnswers switch
            {
                <= MaxPartAnswers => isAnswered ? FlightStep.Acquire : FlightStep.LookUp,
                <= 2 * MaxPartAnswers => FlightStep.WithoutRedis,
                _ => FlightStep.ComputeAlone,
            };
        }

        /// <summary>A rendering has ended, with a page that began too early for this request, or with none.</summary>
        protected override void OnReleased() => (_renderings, _isWoken) = (_renderings + 1, true);
    }
}
