using System.Runtime.CompilerServices;
using RedisTagCache.Diagnostics;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.Leases;
using RedisTagCache.SingleFlight;

namespace RedisTagCache.Caching;

internal sealed partial class TagCache
{
    /// <summary>Waits for a flight as the caller that began it.</summary>
    private static async Task<FlightResult<T>> LeadAsync<T>(Flight<T> flight, Task<FlightResult<T>> flying, CancellationToken cancellationToken)
    {
        try
        {
            return await flying.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            flight.Leave(); // it goes on while others wait for it
            Observe(flying);
            throw;
        }
    }

    /// <summary>Gets or computes the value of a flight, also for callers that join it.</summary>
    private async Task<FlightResult<T>> FlyAsync<T>(Flight<T> flight, ValueCall<T> call, Task started)
    {
        try
        {
            // Only now, so that callers that come before the first connection share one run, however quick it is.
            if (!started.IsCompleted)
            {
                await started.WaitAsync(flight.Abandoned).ConfigureAwait(false);
                _flights.TryBegin(flight, out _); // the first response of Redis detaches all flights, but this one asks only now
            }

            call = Located(call);
            var result = await new ValueSingleFlight<T>(this, flight, call).RunAsync(flight.Abandoned).ConfigureAwait(false);
            if (!flight.IsHandedOver)
                _flights.End(flight);
            flight.Land(result);
            return result;
        }
        catch (Exception e)
        {
            _flights.End(flight);
            flight.Fail(e);
            throw;
        }
    }

    private static async Task<CacheVersion> ObserveAsync<T>(ValueCall<T> call, CancellationToken cancellationToken)
    {
        var version = await ValueStore.ObserveAsync(call.Address, cancellationToken).ConfigureAwait(false);
        return version.IsUnknown ? default : version;
    }

    private bool IsEager(EffectivePolicy policy, ValueLife life) =>
        policy.EagerRefresh is { } part && Now() >= life.CreatedAt + (long)(part * (life.FreshUntil - life.CreatedAt));

    /// <summary>A value: in Redis, in the local cache, and computed by its factory. Each layer can be left out by the policy of the call.</summary>
    private sealed class ValueSingleFlight<T>(TagCache cache, Flight<T> flight, ValueCall<T> call) : FleetSingleFlight<FlightResult<T>>(cache._time, cache._time.GetTimestamp())
    {
        private readonly EntryWatch _watch = call.Address.Watch;
        private CacheVersion _first = flight.First?.Since ?? default;
        private CacheVersion _version;
        private RemovalMoment _moment;
        private ReadOnlyMemory<byte>? _seen;
        private FlightResult<T>? _old;
        private bool _isForeseen;
        private bool _isNoted;

        protected override bool HasOldValue => _old is not null;

        protected override TimeSpan WaitTimeout =>
            HasOldValue && call.Policy.FactorySoftTimeout is { } soft && soft < cache._settings.LeaseTimeout ? soft : cache._settings.LeaseTimeout;

        /// <summary>Requests the lease at once, if there is probably no entry: if there is none, that saves a round trip; if there is one, the lease is not granted.</summary>
        protected override FlightStep Begin()
        {
            if (!cache._misses.AreExpected || flight.First is not null || !call.Policy.ReadsRedis || !call.Policy.WritesRedis || !_watch.IsAvailable || cache.FindCopy(call) is not null)
                return FlightStep.LookUp;
            _isForeseen = true;
            _seen = ReadOnlyMemory<byte>.Empty;
            return FlightStep.Acquire;
        }

        protected override ValueTask<FlightStep> LookUpAsync(CancellationToken cancellationToken)
        {
            (_seen, _old, _moment) = (null, null, _watch.Removals.Observe());
            return !_watch.IsAvailable ? new(FlightStep.WithoutRedis)
                : call.Policy.ReadsRedis ? LookUpInRedisAsync(cancellationToken)
                : LookUpInCopiesAsync(cancellationToken);
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private async ValueTask<FlightStep> LookUpInRedisAsync(CancellationToken cancellationToken)
        {
            var asked = cache._time.GetTimestamp();
            using var found = new ValueLookup(await cache._values.FindAsync(call.Address, _first, cancellationToken).ConfigureAwait(false), _moment);
            if (found.IsUnavailable)
                return FlightStep.WithoutRedis;
            if (!IsFirstLookup || flight.First is not null)
                flight.LookedUp(asked, found.Since);
            if (found.IsSuperseded && cache.TryOpen(call, found, flight, out var awaited))
            {
                flight.AnsweredWithAwaited();
                return Found(awaited, CacheOutcome.Hit);
            }

            flight.Answered(asked);
            (_version, _seen) = (found.Version, found.Identity);
            Note(isMiss: !found.IsFound && found.Identity.IsEmpty);
            if (IsFirstLookup && flight.First is null)
                _first = found.Since;
            if (found.IsFound && cache.TryOpen(call, found, flight, out var result) && cache.PhaseOf(found) is not Phase.Gone and var phase)
            {
                cache.Keep(call, found, result);
                if (phase == Phase.Stale || (phase == Phase.Fresh && cache.IsEager(call.Policy, found.Life)))
                    cache.StartRefresh(call, _seen);
                if (phase != Phase.FailSafe)
                    return Found(result, phase == Phase.Stale ? CacheOutcome.Stale : CacheOutcome.Hit);
                _old = result;
            }

            _old ??= cache.OldOf(call);
            return call.Policy.WritesRedis ? FlightStep.Acquire : FlightStep.ComputeAlone;
        }

        /// <summary>Looks at the copy in this instance only, and checks whether it still holds.</summary>
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private async ValueTask<FlightStep> LookUpInCopiesAsync(CancellationToken cancellationToken)
        {
            if (IsFirstLookup && cache.FindCopy(call) is { } copy && !copy.Watch.IsCurrent(cache._time.GetTimestamp()))
            {
                if (!await copy.Watch.PollAsync().ConfigureAwait(false))
                    return FlightStep.WithoutRedis;
                if (cache.PhaseOf(copy, isAsked: true) == Phase.Fresh && cache.ResultOf(copy) is { } result)
                    return Done(result);
            }

            _old = cache.OldOf(call);
            if (call.Policy.WritesRedis)
                return FlightStep.Acquire;
            _version = await ObserveAsync(call, cancellationToken).ConfigureAwait(false);
            _moment = _watch.Removals.Observe();
            return FlightStep.ComputeAlone;
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        protected override async ValueTask<CacheLease> AcquireAsync(CancellationToken cancellationToken)
        {
            var asked = cache._time.GetTimestamp();
            _moment = _watch.Removals.Observe();
            var lease = await cache._leases.AcquireAsync(call.Address, _seen, HasOldValue).ConfigureAwait(false);
            if (_isForeseen)
                NoteForeseen(lease);
            if (lease.State == CacheLeaseState.Unavailable)
                return lease;
            (_version, _moment) = (lease.Version, _moment with { Number = lease.Removal });
            flight.Answered(asked);
            return lease;
        }

        /// <summary>The request for the lease was a lookup too.</summary>
        private void NoteForeseen(CacheLease lease)
        {
            _isForeseen = lease.IsRefused;
            if (lease.State != CacheLeaseState.Unavailable)
                Note(isMiss: lease.State != CacheLeaseState.Changed);
            if (lease.State != CacheLeaseState.Changed && !lease.IsRefused)
                cache._meter.Miss(CacheRegion.Hybrid, lease.State == CacheLeaseState.Unavailable ? CacheMissReason.Unavailable : CacheMissReason.Absent);
        }

        private void Note(bool isMiss)
        {
            if (!_isNoted)
                cache._misses.Add(isMiss);
            _isNoted = true;
        }

        protected override ValueTask<FlightStep> LeadAsync(CancellationToken cancellationToken) =>
            ComputeAsync(HasWaited ? CacheEventDetail.TookOver : CacheEventDetail.Leader, Lease, cancellationToken);

        protected override ValueTask<FlightStep> ComputeAloneAsync(CancellationToken cancellationToken) => ComputeAsync(CacheEventDetail.Uncoordinated, lease: null, cancellationToken);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private async ValueTask<FlightStep> ComputeAsync(CacheEventDetail role, CacheLease? lease, CancellationToken cancellationToken)
        {
            cache.CountFlight(call, role);
            return Done(await cache.RunAsync(flight, call, lease, _version, _moment, _old, cancellationToken).ConfigureAwait(false));
        }

        protected override FlightStep ServeOld(TimeSpan pause) => Done(cache.GiveFallback(call, _old!, pause, exception: null));

        /// <summary>Returns the copy, or computes the value for this instance.</summary>
        protected override ValueTask<FlightStep> WithoutRedisAsync(CancellationToken cancellationToken)
        {
            if (_isForeseen)
            {
                _isForeseen = false;
                return new(FlightStep.LookUp); // Redis takes no writes, and may have the entry
            }

            var known = _watch.TagState?.Known;
            _version = known is null ? default : new CacheVersion(known.Stamp);
            _moment = _moment with { Unconfirmed = _watch.TagState?.UnconfirmedCount ?? 0 };
            if (cache.FallbackOf(call) is not { } copy || cache.ResultOf(copy) is not { } result)
                return new(FlightStep.ComputeAlone);

            var phase = cache.PhaseOf(copy, isAsked: false);
            if (phase is not (Phase.Fresh or Phase.Stale) && cache._time.GetTimestamp() >= copy.PausedUntil)
            {
                _old ??= result;
                return new(FlightStep.ComputeAlone);
            }

            cache.CountFailSafe(call);
            if (phase == Phase.Stale)
                cache.StartRefresh(call, seen: null);
            return new(Done(result));
        }

        private FlightStep Found(FlightResult<T> result, CacheOutcome outcome)
        {
            if (HasWaited || !IsFirstLookup)
                cache.CountFlight(call, CacheEventDetail.Follower);
            call.Activity.Outcome(outcome);
            return Done(result);
        }
    }
}
