using System.Diagnostics;
using RedisTagCache.Diagnostics;
using RedisTagCache.Entries;
using RedisTagCache.Leases;
using RedisTagCache.SingleFlight;

namespace RedisTagCache.Caching;

internal sealed partial class TagCache
{
    private static readonly TimeSpan _nextLook = TimeSpan.FromMilliseconds(250);

    /// <summary>Refreshes a value that was just returned, without the caller waiting: once in this process, and once in the fleet.</summary>
    /// <param name="call">The call.</param>
    /// <param name="seen">The identity of the entry to be replaced; null if it is not known.</param>
    private void StartRefresh<T>(ValueCall<T> call, ReadOnlyMemory<byte>? seen)
    {
        if (call.Policy.Computes && _gate.TryEnter(call.Name))
            _ = Task.Run(() => RefreshAsync(call, seen));
    }

    private async Task RefreshAsync<T>(ValueCall<T> call, ReadOnlyMemory<byte>? seen)
    {
        // The request behind which this runs ends before it.
        var caller = Activity.Current;
        Activity.Current = null;
        using var activity = CacheActivity.Refresh(_meter, caller);
        var pause = TimeSpan.Zero;
        var outcome = CacheOutcome.Failed;
#pragma warning disable CA2000 // A source without a timer has nothing to dispose of, and a factory that hangs may use its token at any later time.
        var ending = new CancellationTokenSource();
#pragma warning restore CA2000
        using var stopping = _stopping.Token.UnsafeRegister(static source => ((CancellationTokenSource)source!).Abandon(), ending);
        try
        {
            (outcome, pause) = await TryRefreshAsync(call, seen, ending.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the factory throws: no caller waits for it, and the old value stays.
        catch (Exception e)
#pragma warning restore CA1031
        {
            pause = call.Policy.RetryDelay;
            if (e is TimeoutException)
                ending.Abandon();
            if (!_stopping.IsCancellationRequested && _failedRefreshes.ShouldLog(out var count))
                Log.RefreshFailed(_logger, e, count);
        }
        finally
        {
            _meter.Refresh(outcome);
            activity.Outcome(outcome);
            _gate.Leave(call.Name, pause);
        }
    }

    private async Task<(CacheOutcome Outcome, TimeSpan Pause)> TryRefreshAsync<T>(ValueCall<T> call, ReadOnlyMemory<byte>? seen, CancellationToken cancellationToken)
    {
        if (!call.Policy.WritesRedis)
        {
            var startedAt = call.Address.Watch.Removals.Observe();
            await ComputeAsync(null, call, null, await ObserveAsync(call, cancellationToken).ConfigureAwait(false), startedAt, hasOld: true, cancellationToken).ConfigureAwait(false);
            return (CacheOutcome.Done, TimeSpan.Zero);
        }

        for (var changes = 0; ; changes++)
        {
            var moment = call.Address.Watch.Removals.Observe();
            var lease = await _leases.AcquireAsync(call.Address, seen, hasOldValue: true).ConfigureAwait(false);
            await using (lease.ConfigureAwait(false))
            {
                switch (lease.State)
                {
                    case CacheLeaseState.Granted:
                        await ComputeAsync(null, call, lease, lease.Version, moment with { Number = lease.Removal }, hasOld: true, cancellationToken).ConfigureAwait(false);
                        return (CacheOutcome.Done, TimeSpan.Zero);
                    case CacheLeaseState.Changed when changes < FleetSingleFlight<T>.MaxChanges:
                        // Another instance was quicker, or the entry is gone.
                        (var isAdopted, seen) = await AdoptAsync(call).ConfigureAwait(false);
                        if (isAdopted)
                            return (CacheOutcome.Taken, TimeSpan.Zero);
                        continue;
                    case CacheLeaseState.Unavailable:
                        var known = call.Address.Watch.TagState?.Known;
                        moment = moment with { Unconfirmed = call.Address.Watch.TagState?.UnconfirmedCount ?? 0 };
                        await ComputeAsync(null, call, null, known is null ? default : new CacheVersion(known.Stamp), moment, hasOld: true, cancellationToken).ConfigureAwait(false);
                        return (CacheOutcome.Done, TimeSpan.Zero);
                    case CacheLeaseState.Paused:
                        return (CacheOutcome.Taken, lease.Left);
                    default:
                        return (CacheOutcome.Taken, _nextLook);
                }
            }
        }
    }

    /// <summary>Caches the present entry locally if it is fresh. Otherwise, returns its identity.</summary>
    private async Task<(bool IsAdopted, ReadOnlyMemory<byte>? Seen)> AdoptAsync<T>(ValueCall<T> call)
    {
        var before = call.Address.Watch.Removals.Observe();
        using var found = new ValueLookup(await _values.FindAsync(call.Address, _stopping.Token).ConfigureAwait(false), before);
        if (!found.IsFound || !found.IsFresh || !TryOpen(call, found, flight: null, out var result))
            return (false, found.IsUnavailable ? null : found.Identity);
        Keep(call, found, result);
        return (true, null);
    }
}
