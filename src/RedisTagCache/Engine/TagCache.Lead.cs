using RedisTagCache.Diagnostics;
using RedisTagCache.Store;

namespace RedisTagCache.Engine;

internal sealed partial class TagCache
{
    private const int MaxChanges = 16;
    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _maxPause = TimeSpan.FromMilliseconds(500);

    private long _owners;

    /// <summary>Waits for a flight on the part of the one who began it.</summary>
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

    /// <summary>Brings the value of a flight, for those who join it too.</summary>
    private async Task<FlightResult<T>> FlyAsync<T>(Flight<T> flight, ValueCall<T> call, Task started)
    {
        try
        {
            // Only now, so that callers who come before the first connection share one run, however quick it is.
            if (!started.IsCompleted)
            {
                await started.WaitAsync(flight.Abandoned).ConfigureAwait(false);
                _flights.TryBegin(flight, out _); // what Redis tells first detaches all, but this one asks only now
            }

            call = Located(call);
            var result = await BringAsync(flight, call, flight.Abandoned).ConfigureAwait(false);
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

    private async Task<FlightResult<T>> BringAsync<T>(Flight<T> flight, ValueCall<T> call, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        string? owner = null;
        CacheVersion first = default;
        var pause = _firstPause;
        var changes = 0;
        var hasWaited = false;
        for (var looks = 0; ; looks++)
        {
            ReadOnlyMemory<byte>? seen = null;
            FlightResult<T>? fallback = null;
            if (!call.Address.Watch.IsAvailable)
                return await WithoutRedisAsync(flight, call, call.Address.Watch.Removals.Observe(), cancellationToken).ConfigureAwait(false);
            if (call.Policy.ReadsRedis)
            {
                var asked = _time.GetTimestamp();
                var before = call.Address.Watch.Removals.Observe();
                using var found = new ValueLookup(await _values.FindAsync(call.Address, first, cancellationToken).ConfigureAwait(false), before);
                if (found.IsUnavailable)
                    return await WithoutRedisAsync(flight, call, found.Moment, cancellationToken).ConfigureAwait(false);
                if (found.IsSuperseded && TryOpen(call, found, flight, out var awaited))
                {
                    flight.AnsweredWithAwaited();
                    return Followed(call, awaited, looks, "hit");
                }

                if (looks == 0)
                    first = found.Version;
                flight.Answered(asked);
                seen = found.Identity;
                if (found.IsFound && TryOpen(call, found, flight, out var result) && PhaseOf(found) is not Phase.Gone and var phase)
                {
                    Keep(call, found, result);
                    if (phase == Phase.Stale || (phase == Phase.Fresh && IsEager(call.Policy, found.Life)))
                        StartRefresh(call, seen);
                    if (phase != Phase.FailSafe)
                        return Followed(call, result, looks, phase == Phase.Stale ? "stale" : "hit");
                    fallback = result;
                }

                fallback ??= OldOf(call);
                if (!call.Policy.WritesRedis)
                    return await LeadAloneAsync(flight, call, found.Version, found.Moment, fallback, cancellationToken).ConfigureAwait(false);
            }
            else if (FindCopy(call) is { } copy && looks == 0 && !copy.Watch.IsCurrent(_time.GetTimestamp()))
            {
                // Nobody looks into Redis here, so that the copy is all there is: it deserves a look whether it still holds.
                if (!await copy.Watch.PollAsync().ConfigureAwait(false))
                    return await WithoutRedisAsync(flight, call, call.Address.Watch.Removals.Observe(), cancellationToken).ConfigureAwait(false);
                if (PhaseOf(copy, isAsked: true) == Phase.Fresh && ResultOf(copy) is { } result)
                    return result;
            }

            if (!call.Policy.ReadsRedis)
                fallback = OldOf(call);
            if (!call.Policy.ReadsRedis && !call.Policy.WritesRedis)
            {
                var version = await ObserveAsync(call, cancellationToken).ConfigureAwait(false);
                return await LeadAloneAsync(flight, call, version, call.Address.Watch.Removals.Observe(), fallback, cancellationToken).ConfigureAwait(false);
            }

            owner ??= NewOwner();
            using var waiting = _waiters.Listen(call.Name);
            var requested = _time.GetTimestamp();
            var moment = call.Address.Watch.Removals.Observe();
            var lease = await _values.AcquireAsync(call.Address, owner, seen, isPatient: fallback is not null).ConfigureAwait(false);
            if (lease.Verdict != LeaseVerdict.Unavailable)
            {
                moment = moment with { Number = lease.Removal };
                flight.Answered(requested);
            }

            var left = MaxWait(call.Policy, fallback is not null) - _time.GetElapsedTime(start);
            switch (lease.Verdict)
            {
                case LeaseVerdict.Granted:
                    CountFlight(call, hasWaited ? "took_over" : "leader");
                    return await RunAsync(flight, call, new HeldLease(_values, call.Address, owner, _settings.LeaseDuration, _time), lease.Version, moment, fallback, cancellationToken)
                        .ConfigureAwait(false);
                case LeaseVerdict.Unavailable:
                    return await WithoutRedisAsync(flight, call, moment, cancellationToken, fallback).ConfigureAwait(false);
                case LeaseVerdict.Paused:
                    return GiveFallback(call, fallback!, lease.Left, exception: null);
                case LeaseVerdict.Changed when ++changes < MaxChanges:
                    continue;
                case LeaseVerdict.Taken when left > TimeSpan.Zero:
                    hasWaited = true;
                    await PauseAsync(waiting.Woken, Least(pause, left, lease.Left + TimeSpan.FromMilliseconds(1)), cancellationToken).ConfigureAwait(false);
                    pause = Least(2 * pause, _maxPause, _maxPause);
                    continue;
                default:
                    return fallback is not null && lease.Verdict == LeaseVerdict.Taken
                        ? GiveFallback(call, fallback, _maxPause, exception: null)
                        : await LeadAloneAsync(flight, call, lease.Version, moment, fallback, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private string NewOwner() => $"{_settings.Instance}:{Interlocked.Increment(ref _owners)}";

    private FlightResult<T> Followed<T>(ValueCall<T> call, FlightResult<T> result, int looks, string outcome)
    {
        if (looks > 0)
            CountFlight(call, "follower");
        call.Activity.Outcome(outcome);
        return result;
    }

    private Task<FlightResult<T>> LeadAloneAsync<T>(
        Flight<T> flight, ValueCall<T> call, CacheVersion version, RemovalMoment moment, FlightResult<T>? fallback, CancellationToken cancellationToken)
    {
        CountFlight(call, "uncoordinated");
        return RunAsync(flight, call, lease: null, version, moment, fallback, cancellationToken);
    }

    /// <summary>If Redis does not respond: returns the copy, or computes for this instance alone.</summary>
    private async Task<FlightResult<T>> WithoutRedisAsync<T>(
        Flight<T> flight, ValueCall<T> call, RemovalMoment moment, CancellationToken cancellationToken, FlightResult<T>? fallback = null)
    {
        var known = call.Address.Watch.TagState?.Known;
        moment = moment with { Unconfirmed = call.Address.Watch.TagState?.UnconfirmedCount ?? 0 };
        if (FallbackOf(call) is { } copy && ResultOf(copy) is { } result)
        {
            var phase = PhaseOf(copy, isAsked: false);
            if (phase is Phase.Fresh or Phase.Stale)
            {
                CountFailSafe(call);
                if (phase == Phase.Stale)
                    StartRefresh(call, seen: null);
                return result;
            }

            if (_time.GetTimestamp() < copy.PausedUntil)
            {
                CountFailSafe(call);
                return result;
            }

            fallback ??= result;
        }

        return await LeadAloneAsync(flight, call, known is null ? default : new CacheVersion(known.Stamp), moment, fallback, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<CacheVersion> ObserveAsync<T>(ValueCall<T> call, CancellationToken cancellationToken)
    {
        var version = await ValueStore.ObserveAsync(call.Address, cancellationToken).ConfigureAwait(false);
        return version.IsUnknown ? default : version;
    }

    /// <summary>Until who waits is woken, or for that long.</summary>
    private async Task PauseAsync(Task woken, TimeSpan longest, CancellationToken cancellationToken)
    {
        try
        {
            await woken.WaitAsync(longest, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // look again all the same: the message may be lost, or its sender dead
        }
    }

    private TimeSpan MaxWait(EffectivePolicy policy, bool hasFallback) =>
        hasFallback && policy.FactorySoftTimeout is { } soft ? Least(soft, _settings.LeaseTimeout, _settings.LeaseTimeout) : _settings.LeaseTimeout;

    private bool IsEager(EffectivePolicy policy, ValueLife life) =>
        policy.EagerRefresh is { } part && Now() >= life.CreatedAt + (long)(part * (life.FreshUntil - life.CreatedAt));

    private static TimeSpan Least(TimeSpan a, TimeSpan b, TimeSpan c) => new(Math.Min(Math.Min(a.Ticks, b.Ticks), c.Ticks));
}
