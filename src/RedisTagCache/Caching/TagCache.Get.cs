using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Diagnostics;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.LocalCaching;
using RedisTagCache.SingleFlight;
using RedisTagCache.Tags;

namespace RedisTagCache.Caching;

internal sealed partial class TagCache
{
    private const int MaxJoins = 3;
    private const int MaxNested = 8;
    private const int CertainlyFew = 1_000;

    /// <summary>How long the begin of a flow counts for the values in it: what goes on for longer, such as a connection of web sockets, has forgotten what it read.</summary>
    private static readonly TimeSpan _scopeLasts = TimeSpan.FromMinutes(1);

    /// <summary>Carried by every value, as by every page, so that all of them can be evicted at once.</summary>
    private const string EveryValue = "*";

    private static readonly CachePolicy _open = new();

    /// <summary>Returns a copy that needs no further work: no I/O, no lock, and for shared types no allocation.</summary>
    public bool TryGetCopy<T>(ReadOnlySpan<char> key, HybridCacheEntryFlags flags, [MaybeNullWhen(false)] out T value)
    {
        if ((flags & HybridCacheEntryFlags.DisableLocalCacheRead) == 0
            && ValueStore.IsName(key)
            && _copies.TryGet(key, out var found)
            && found is LocalCopy<T> copy
            && _time.GetTimestamp() is var now
            && now < copy.Times.QuietUntil
            && copy.Watch.IsCurrent(now)
            && copy.Validate() == Verdict.Fresh
            && TryRead(copy, out value))
        {
            if (!copy.IsUsed)
                copy.IsUsed = true;
            _meter.LocalHit();
            return true;
        }

        value = default;
        return false;
    }

    private async ValueTask<T> GetOrCreateAsync<T>(
        string key, ValueFactory<T> factory, CachePolicy? policy, IEnumerable<string>? tags, Activity? activity, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var effective = _policies.Resolve(policy);
        var carried = Check(tags);
        if (!effective.Computes)
            return (await TryGetAsync<T>(key, effective, cancellationToken).ConfigureAwait(false)).Value!;
        if (IsBypassed(key))
        {
            CountBypass(key);
            return await factory.RunAsync(new CacheContext(key, policy ?? _open, carried), cancellationToken).ConfigureAwait(false);
        }

        var call = new ValueCall<T>(_values.Locate(key), factory, policy ?? _open, effective, carried, _serializers.Of<T>()) { Activity = activity, Moment = MomentOfFlow() };
        var (called, around) = (_time.GetTimestamp(), RunningFactory.NamesOf(this));
        FlightLookup? first = null; // a caller that starts over does not lose the time for which it has waited
        for (var joins = 0; ; joins++)
        {
            if (TryGiveCopy(call, out var value))
                return value;
            if (around is not null && around.Contains(call.Name))
                return await RunWithinAsync(call, cancellationToken).ConfigureAwait(false); // it would wait for itself

            var own = new Flight<T>(call.Name, effective.Flags) { LeaderLeaves = cancellationToken, First = first };
            if (joins == MaxJoins || _flights.TryBegin(own, out var underWay) || underWay is not Flight<T> flight || flight.Flags != effective.Flags)
            {
                var flying = FlyAsync(own, call, _values.StartAsync());
                return (cancellationToken.CanBeCanceled ? await LeadAsync(own, flying, cancellationToken).ConfigureAwait(false) : await flying.ConfigureAwait(false)).Value;
            }

            if (around is not null && !_waits.TryBegin(around, call.Name))
                return await RunWithinAsync(call, cancellationToken).ConfigureAwait(false); // the same by way of others
            try
            {
                if (!flight.TryJoin())
                {
                    _flights.End(flight); // all callers have left
                    continue;
                }

                CountFlight(call, CacheEventDetail.Coalesced);
                var result = await flight.WaitAsync(cancellationToken).ConfigureAwait(false);
                (call, first) = (Located(call), first ?? flight.FirstLookupAfter(called));
                if (result is not null
                    && (flight.Covers(called, result, first) || await IsStillLiveAsync(call, result, called).ConfigureAwait(false))
                    && TryShare(call, result, out value))
                {
                    return value;
                }

                first ??= await flight.FirstLookupAfterAsync(called, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                if (around is not null)
                    _waits.End(around, call.Name);
            }
        }
    }

    /// <summary>Runs the factory for a caller that is part of computing the value itself, and for that one alone.</summary>
    private async Task<T> RunWithinAsync<T>(ValueCall<T> call, CancellationToken cancellationToken)
    {
        if (RunningFactory.CountComputing(this, call.Name) >= MaxNested)
        {
            throw new InvalidOperationException(
                $"A cached value is computed within its own factory more than {MaxNested} times. Factories that ask for each other's values must come to an end.");
        }

        var running = RunningFactory.Begin(this, call.Name, call.Moment ?? _values.Observe(), _time.GetTimestamp(), cancellationToken);
        try
        {
            return await call.Factory.RunAsync(new CacheContext(call.Address.Key, call.Given, call.Tags), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            running.End();
        }
    }

    /// <summary>What was known of evictions when the current flow began to read what a value may be made of; nothing when that is not known.</summary>
    private CacheMoment? MomentOfFlow()
    {
        var oldest = _time.GetTimestamp() - (long)(_scopeLasts.TotalSeconds * _time.TimestampFrequency);
        return RunningFactory.MomentOf(this, oldest) ?? _values.MomentOfFlow(oldest);
    }

    /// <summary>Returns whether a caller that joined may get the value: it must not have been superseded before that caller came, whether that was announced to this instance or not.</summary>
    private static async ValueTask<bool> IsStillLiveAsync<T>(ValueCall<T> call, FlightResult<T> result, long called)
    {
        if (call.Address.Watch.IsAvailable)
            await call.Address.Watch.LookSinceAsync(called).ConfigureAwait(false);
        return result.IsLive(call.Address);
    }

    /// <inheritdoc/>
    public async ValueTask<CacheValue<T>> TryGetAsync<T>(string key, CachePolicy? policy = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        var effective = _policies.Resolve(policy);
        return TryGetCopy(key, effective.Flags, out T? value)
            ? new CacheValue<T>(value!, isStale: false)
            : await TryGetAsync<T>(key, effective, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<CacheValue<T>> TryGetAsync<T>(string key, EffectivePolicy policy, CancellationToken cancellationToken)
    {
        if (IsBypassed(key))
            return default;
        await StartAsync(cancellationToken).ConfigureAwait(false);
        var call = new ValueCall<T>(_values.Locate(key), NoFactory<T>.Instance, _open, policy, [], _serializers.Of<T>());
        if (!policy.ReadsRedis || !call.Address.Watch.IsAvailable)
            return await TryGetCopyAsync(call, isAsked: !policy.ReadsRedis).ConfigureAwait(false);

        var before = call.Address.Watch.Removals.Observe();
        using var found = new ValueLookup(await _values.FindAsync(call.Address, cancellationToken).ConfigureAwait(false), before);
        if (found.IsUnavailable)
            return await TryGetCopyAsync(call, isAsked: false).ConfigureAwait(false);
        if (!found.IsFound || !TryOpen(call, found, flight: null, out var result))
            return default;
        Keep(call, found, result);
        return PhaseOf(found) is (Phase.Fresh or Phase.Stale) and var phase ? new CacheValue<T>(result.Value, phase == Phase.Stale) : default;
    }

    /// <summary>The copy, where Redis is not to be asked, or does not answer.</summary>
    /// <param name="call">The call.</param>
    /// <param name="isAsked">Whether it is returned only until the end of its own time, or as long as its value lives.</param>
    private async ValueTask<CacheValue<T>> TryGetCopyAsync<T>(ValueCall<T> call, bool isAsked) =>
        FindCopy(call) is { } copy && await IsTrustedAsync(copy).ConfigureAwait(false) && PhaseOf(copy, isAsked) is (Phase.Fresh or Phase.Stale) and var phase
        && TryRead(copy, out var value)
            ? new CacheValue<T>(value, phase == Phase.Stale)
            : default;

    /// <summary>Whether a copy can be returned: the instance knows what Redis has, finds it out, or may return copies while disconnected.</summary>
    private async ValueTask<bool> IsTrustedAsync(LocalCopy copy) =>
        copy.Watch.IsCurrent(_time.GetTimestamp())
        || (copy.Watch.IsAvailable && await copy.Watch.PollAsync().ConfigureAwait(false))
        || _settings.AllowLocalReadsWhenDisconnected;

    /// <summary>Returns a copy that <see cref="TryGetCopy"/> does not: one that is refreshed in the background.</summary>
    private bool TryGiveCopy<T>(ValueCall<T> call, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (FindCopy(call) is not { } copy || !copy.Watch.IsCurrent(_time.GetTimestamp()))
            return false;

        var phase = PhaseOf(copy, isAsked: true);
        var isPaused = phase == Phase.FailSafe && _time.GetTimestamp() < copy.PausedUntil;
        if ((phase is not (Phase.Fresh or Phase.Stale) && !isPaused) || !TryRead(copy, out value))
            return false;
        if (!isPaused && (phase == Phase.Stale || _time.GetTimestamp() >= copy.Times.EagerAt))
            StartRefresh(call, copy.Identity.IsEmpty ? null : copy.Identity);
        var outcome = phase switch { Phase.Fresh => CacheOutcome.HitLocal, Phase.Stale => CacheOutcome.StaleLocal, _ => CacheOutcome.FailSafe };
        _meter.Lookup(CacheRegion.Hybrid, outcome);
        call.Activity.Outcome(outcome);
        return true;
    }

    /// <summary>Gets the value for a caller that joined: the same object if it can be shared; otherwise, a deserialized one. Returns false if there are no bytes to deserialize.</summary>
    private bool TryShare<T>(ValueCall<T> call, FlightResult<T> result, [MaybeNullWhen(false)] out T value)
    {
        value = result.Value;
        if (Immutable<T>.IsShared)
            return true;
        return result.Length is not null && TryDecode(result.Plain, result.PayloadFlags, call.Serializer, out value);
    }

    private static string[] Check(IEnumerable<string>? tags)
    {
        string[] carried = [.. tags ?? []]; // the caller's own may change
        if (carried.Length < CertainlyFew)
            TagId.Check(carried, nameof(tags));
        else
            TagId.OfAll([.. carried, EveryValue], nameof(tags)); // too many tags throw before the factory runs
        return !carried.Contains(EveryValue, StringComparer.Ordinal)
            ? carried
            : throw new ArgumentException($"The tag '{EveryValue}' is reserved, because every value has it.", nameof(tags));
    }

    /// <summary>Returns the location of the value, which may be known by now.</summary>
    private ValueCall<T> Located<T>(ValueCall<T> call) =>
        call.Address.Redis is not null ? call : call with { Address = _values.Locate(call.Address.Entry) };

    /// <summary>Waits for the first poll, because before it nothing can be cached locally.</summary>
    private Task StartAsync(CancellationToken cancellationToken)
    {
        var started = _values.StartAsync();
        return started.IsCompleted ? Task.CompletedTask : started.WaitAsync(cancellationToken);
    }
}
