using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Caching.Serialization;
using RedisTagCache.Diagnostics;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.LocalCaching;
using RedisTagCache.SingleFlight;
using RedisTagCache.Tags;

namespace RedisTagCache.Caching;

internal sealed partial class TagCache
{
    private const int CopyOverhead = 256;

    private LocalCopy<T>? FindCopy<T>(ValueCall<T> call) =>
        call.Policy.ReadsCopies && _copies.TryGet(call.Name, out var found) ? found as LocalCopy<T> : null;

    /// <summary>The copy to return if Redis does not respond: within its lifetime, and not known to be evicted.</summary>
    private LocalCopy<T>? FallbackOf<T>(ValueCall<T> call) =>
        _settings.AllowLocalReadsWhenDisconnected && FindCopy(call) is { } copy && PhaseOf(copy, isAsked: false) != Phase.Gone ? copy : null;

    /// <summary>The copy to return if the factory fails: within its lifetime, and known not to be evicted.</summary>
    private FlightResult<T>? OldOf<T>(ValueCall<T> call) =>
        FindCopy(call) is { } copy && copy.Watch.IsCurrent(_time.GetTimestamp()) && PhaseOf(copy, isAsked: false) != Phase.Gone ? ResultOf(copy) : null;

    /// <param name="copy">The copy.</param>
    /// <param name="isAsked">Whether it is to be returned without a lookup in Redis.</param>
    private Phase PhaseOf(LocalCopy copy, bool isAsked)
    {
        var now = _time.GetTimestamp();
        var verdict = copy.Validate();
        if (verdict == Verdict.Invalidated || now >= copy.Times.EndsAt)
        {
            _copies.Remove(copy);
            return Phase.Gone;
        }

        return isAsked && now >= copy.Times.AskedUntil ? Phase.Gone
            : verdict == Verdict.Fresh && now < copy.Times.FreshUntil ? Phase.Fresh
            : now < copy.Times.StaleUntil ? Phase.Stale
            : Phase.FailSafe;
    }

    private Phase PhaseOf(ValueLookup found)
    {
        var now = Now();
        return found.IsFresh ? Phase.Fresh : now < found.Life.StaleUntil ? Phase.Stale : now < found.Life.EndsAt ? Phase.FailSafe : Phase.Gone;
    }

    /// <summary>The value of a copy. False when it cannot be read: then there is no copy either.</summary>
    private bool TryRead<T>(LocalCopy<T> copy, [MaybeNullWhen(false)] out T value)
    {
        if (Immutable<T>.IsShared)
        {
            value = copy.Shared!;
            return true;
        }

        if (TryDecode(copy.Plain, copy.PayloadFlags, copy.Serializer, out value))
            return true;
        _copies.Remove(copy);
        return false;
    }

    /// <summary>The same, as the result of a flight.</summary>
    private FlightResult<T>? ResultOf<T>(LocalCopy<T> copy) =>
        TryRead(copy, out var value) ? new FlightResult<T>(value, copy.Plain, copy.Plain.Length, copy.PayloadFlags, copy.Version, copy.Tags) : null;

    private bool TryDecode<T>(ReadOnlyMemory<byte> plain, byte flags, IHybridCacheSerializer<T> serializer, [MaybeNullWhen(false)] out T value)
    {
        try
        {
            value = ValueCodec.Decode(plain, flags, serializer);
            return true;
        }
#pragma warning disable CA1031 // Whatever a serializer throws: what cannot be read is computed again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            CountUnreadable(e);
            value = default;
            return false;
        }
    }

    private void CountUnreadable(Exception e)
    {
        if (_unreadable.ShouldLog(out var count))
            Log.ValueUnreadable(_logger, e, count);
    }

    /// <summary>Caches locally what was found.</summary>
    private void Keep<T>(ValueCall<T> call, ValueLookup found, FlightResult<T> result) =>
        Keep(call, call.Policy, result, found.Life, found.Moment.Number, found.Moment, found.Identity);

    /// <summary>Caches a value locally, unless its entry was removed or overwritten in the meantime.</summary>
    /// <param name="call">The call.</param>
    /// <param name="policy">How it is to be cached.</param>
    /// <param name="result">The value with its version and its tags.</param>
    /// <param name="life">The life of its entry.</param>
    /// <param name="removal">The newest removal that the value is known not to be superseded by.</param>
    /// <param name="since">What was known of removals before it was read, or computed.</param>
    /// <param name="identity">The bytes that identify the write of its entry; empty if there is none.</param>
    private void Keep<T>(
        ValueCall<T> call, EffectivePolicy policy, FlightResult<T> result, ValueLife life, long removal, in RemovalMoment since, ReadOnlyMemory<byte> identity)
    {
        if (!policy.KeepsCopies || result.Length is not { } length)
            return;

        var address = call.Address;
        var size = CopyOverhead + length + (2 * address.Name.Length) + result.Tags.Sum(static tag => tag.Length + 32);
        var copy = new LocalCopy<T>(
            address,
            result.Version,
            removal,
            result.Tags,
            identity,
            TimesOf(life, policy),
            size,
            Immutable<T>.IsShared ? result.Value : default,
            result.Plain,
            result.PayloadFlags,
            call.Serializer)
        {
            Unconfirmed = since.Unconfirmed,
        };

        // Without a version, nothing was known of Redis. Only removals by this instance can be compared.
        address.Watch.Removals.TryKeep(
            address.Name, since, result.Version.IsDefault ? Math.Max(0, removal) : removal, (_copies, copy), static kept => kept._copies.Set(kept.copy));
    }

    private CopyTimes TimesOf(ValueLife life, EffectivePolicy policy)
    {
        // In this order: if the clock is moved on in between, as tests do, the copy ends earlier, and not later.
        var stamp = _time.GetTimestamp();
        var now = Now();
        var endsAt = At(life.EndsAt);
        return new CopyTimes(
            At(life.FreshUntil),
            At(life.StaleUntil),
            endsAt,
            policy.LocalLifetime is { } local ? At(now + (long)Math.Ceiling(local.TotalMilliseconds)) : endsAt,
            policy.EagerRefresh is { } part ? At(life.CreatedAt + (long)(part * (life.FreshUntil - life.CreatedAt))) : long.MaxValue);

        // An entry may contain any time. More than ten years from now counts as never.
        long At(long time) => stamp + (long)(Math.Clamp(time - now, -1, (long)TimeSpan.FromDays(3_650).TotalMilliseconds) / 1_000.0 * _time.TimestampFrequency);
    }

    /// <summary>Reads what was found. False when that cannot be done: then it is computed again.</summary>
    /// <param name="call">The call.</param>
    /// <param name="found">What was found.</param>
    /// <param name="flight">The flight. Callers that have joined need the bytes.</param>
    /// <param name="result">What it says.</param>
    private bool TryOpen<T>(ValueCall<T> call, ValueLookup found, Flight<T>? flight, [NotNullWhen(true)] out FlightResult<T>? result)
    {
        try
        {
            var unpacked = ValueCodec.Unpack(found.Payload, found.PayloadFlags, _settings.MaximumPayloadBytes);
            var flags = (byte)(found.PayloadFlags & PayloadKinds.Null);
            var value = ValueCodec.Decode(unpacked, flags, call.Serializer);

            // The buffer goes back to its pool. If the value is not cached locally, callers that have joined need its bytes. From here on, none joins.
            var isWanted = !Immutable<T>.IsShared && (call.Policy.KeepsCopies || (flight is not null && _flights.Close(flight)));
            result = new FlightResult<T>(value, isWanted ? unpacked.ToArray() : default, unpacked.Length, flags, found.EntryVersion, found.Tags) { StartedAt = found.Moment };
            return true;
        }
#pragma warning disable CA1031 // Whatever a serializer throws: an entry that cannot be read is none.
        catch (Exception e)
#pragma warning restore CA1031
        {
            CountUnreadable(e);
            result = null;
            return false;
        }
    }
}

/// <summary>Where a value stands in its life, and by its tag invalidations.</summary>
internal enum Phase
{
    /// <summary>It is returned.</summary>
    Fresh,

    /// <summary>It is returned and refreshed.</summary>
    Stale,

    /// <summary>It is returned if the factory fails.</summary>
    FailSafe,

    /// <summary>It is not returned.</summary>
    Gone,
}
