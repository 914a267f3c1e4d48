using System.Buffers;
using System.Runtime.CompilerServices;
using RedisTagCache.Caching.Serialization;
using RedisTagCache.Diagnostics;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.Leases;
using RedisTagCache.LocalCaching;
using RedisTagCache.SingleFlight;
using RedisTagCache.Tags;

namespace RedisTagCache.Caching;

internal sealed partial class TagCache
{
    /// <summary>Long enough for all callers that waited. After it, one of them may lead again.</summary>
    private static readonly TimeSpan _pass = TimeSpan.FromSeconds(1);

    /// <summary>Runs the factory and stores its value. Returns the old value if the factory fails or takes too long.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlightResult<T>> RunAsync<T>(
        Flight<T> flight, ValueCall<T> call, CacheLease? lease, CacheVersion version, RemovalMoment moment, FlightResult<T>? fallback, CancellationToken cancellationToken)
    {
        if (fallback is null)
            return await ComputeAsync(flight, call, lease, version, moment, hasOld: false, cancellationToken).ConfigureAwait(false);

        var computing = ComputeAsync(flight, call, lease, version, moment, hasOld: true, cancellationToken).AsTask();
        try
        {
            if (call.Policy.FactorySoftTimeout is not { } soft)
                return await computing.ConfigureAwait(false);
            return await computing.WaitAsync(soft, _time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException e) when (!computing.IsCompleted)
        {
            AbandonWith(computing, flight);
            return GiveFallback(call, fallback, call.Policy.RetryDelay, e);
        }
#pragma warning disable CA1031 // Whatever the factory throws: that is what the old value is for.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && !flight.HasLostItsLeader(e))
#pragma warning restore CA1031
        {
            if (e is TimeoutException)
                flight.Abandon(); // it may still run
            return GiveFallback(call, fallback, call.Policy.RetryDelay, e);
        }
    }

    /// <summary>Returns the old value. In this instance, there is no other try until the pause is over.</summary>
    private FlightResult<T> GiveFallback<T>(ValueCall<T> call, FlightResult<T> fallback, TimeSpan pause, Exception? exception)
    {
        CountFailSafe(call);
        if (FindCopy(call) is { } copy)
            copy.PausedUntil = _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency);
        if (exception is not null && _failedSafely.ShouldLog(out var count))
            Log.FactoryFailedSafe(_logger, exception, count);
        return fallback;
    }

    /// <summary>
    /// Runs the factory and stores its value. A flight has its value while that is on its way to Redis, unless the policy waits for the write. The lease is released in every case, with a pause
    /// if there is an old value to serve.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlightResult<T>> ComputeAsync<T>(
        Flight<T>? flight, ValueCall<T> call, CacheLease? lease, CacheVersion version, RemovalMoment moment, bool hasOld, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.Zero;
        ValueTask storing;
        FlightResult<T> result;
        bool isWaiting;
        try
        {
            var context = new CacheContext(call.Address.Key, call.Given, call.Tags);
            if (!call.Policy.WritesRedis)
                moment = moment with { Unconfirmed = call.Address.Watch.TagState?.UnconfirmedCount ?? 0 }; // it is for this process alone
            (var startedAt, moment) = Min(call, version, moment);
            T value;
            bool isLate;
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                (value, isLate) = await BoundedAsync(flight, call, lease, context, hasOld, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (hasOld && !cancellationToken.IsCancellationRequested && flight?.HasLostItsLeader(e) != true)
            {
                pause = call.Policy.RetryDelay;
                throw;
            }

            var policy = ReferenceEquals(context.Policy, call.Given) ? call.Policy : _policies.Resolve(context.Policy) with { Flags = call.Policy.Flags };
            isWaiting = flight is null || policy.WaitForWrite;
            var tags = TagId.OfAll([.. context.Tags, EveryValue], nameof(context.Tags));
            var isEncoded = TryEncode(call, value, policy.Compresses, out var encoded);
            var (plain, length, flags) = isEncoded ? (encoded.Plain, encoded.Plain.Length, (byte)(encoded.Flags & PayloadKinds.Null)) : (default(ReadOnlyMemory<byte>), (int?)null, (byte)0);
            result = new FlightResult<T>(value, Immutable<T>.IsShared ? default : plain, length, flags, startedAt, tags)
            {
                StartedAt = moment,
                IsOlder = startedAt != version,
            };
            var isTooLarge = isEncoded && encoded.Plain.Length > _settings.MaximumPayloadBytes;
            if (isEncoded && (isTooLarge || !context.IsStored || isLate))
                CountNotKept(context.IsStored && !isLate ? CacheEventDetail.PayloadSize : CacheEventDetail.Factory, null);
            storing = isEncoded && !isTooLarge && context.IsStored && !isLate
                ? StoreAsync(flight, call, policy, lease, result, encoded, moment, isWaiting)
                : PassAsync(lease);
        }
        catch (Exception) when (lease is not null)
        {
            await lease.ReleaseAsync(pause, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        if (flight is null || isWaiting || storing.IsCompleted)
            await storing.ConfigureAwait(false);
        else
            flight.Storing = HandOverAsync(flight, storing);
        return result;
    }

    /// <summary>Lets the callers of a flight have its value. It ends with the write.</summary>
    private async Task HandOverAsync(Flight flight, ValueTask storing)
    {
        flight.IsHandedOver = true;
        try
        {
            await storing.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // No caller waits for it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            BackgroundFault.Report(_logger, e);
        }
        finally
        {
            _flights.End(flight);
        }
    }

    /// <summary>Releases the lease, because the value is not stored.</summary>
    private static ValueTask PassAsync(CacheLease? lease) => lease is null ? default : new(lease.PassAsync(_pass, CancellationToken.None));

    /// <summary>Stores a value, and ends the lease.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask StoreAsync<T>(
        Flight<T>? flight, ValueCall<T> call, EffectivePolicy policy, CacheLease? lease, FlightResult<T> result, EncodedValue encoded, RemovalMoment moment, bool isWaiting)
    {
        var isFilled = false;
        try
        {
            isFilled = !result.Version.IsUnknown && await KeepAsync(flight, call, policy, lease, result, encoded, moment, isWaiting).ConfigureAwait(false);
        }
        finally
        {
            if (isFilled)
                lease?.EndByWrite();
            else if (lease is not null)
                await lease.ReleaseAsync(TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>When the value counts as started: no later than the caller began to read what it may be made of.</summary>
    private static (CacheVersion Version, RemovalMoment Moment) Min<T>(ValueCall<T> call, CacheVersion version, RemovalMoment moment) => call.Moment is { } flow
        ? (flow.Min(version, call.Address.Watch.Partition, call.Address.Watch.TagState?.First), flow.Min(moment, call.Address.Watch.Partition))
        : (version, moment);

    /// <summary>
    /// Runs the factory, for as long as a caller waits for it. After <see cref="RedisTagCacheOptions.FactoryTimeout"/> it no longer holds up other callers: only its own caller
    /// gets the late value. If that caller has left, or there is an old value, the run ends.
    /// </summary>
    private async Task<(T Value, bool IsLate)> BoundedAsync<T>(
        Flight<T>? flight, ValueCall<T> call, CacheLease? lease, CacheContext context, bool hasOld, CancellationToken cancellationToken)
    {
        var computing = MeasuredAsync(call, context, cancellationToken);
        if (computing.IsCompleted)
            return (await computing.ConfigureAwait(false), false);

        Observe(computing); // it is left to itself when all have left
        try
        {
            return (await computing.WaitAsync(_settings.FactoryTimeout, _time, cancellationToken).ConfigureAwait(false), false);
        }
        catch (TimeoutException e) when (!computing.IsFaulted)
        {
            if (flight is null || hasOld)
                throw new TimeoutException($"A factory ran for longer than {nameof(RedisTagCacheOptions)}.{nameof(RedisTagCacheOptions.FactoryTimeout)} ({_settings.FactoryTimeout}).", e);

            _flights.End(flight);
            flight.SendAway();
            if (lease is not null)
                await lease.ReleaseAsync(TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
            return (await computing.WaitAsync(cancellationToken).ConfigureAwait(false), true);
        }
    }

    /// <summary>If a run that no caller waits for ends with an exception, such as a timeout, cancels the token of its factory, which may still run.</summary>
    private static void AbandonWith(Task computing, Flight flight) => computing.ContinueWith(
        static (task, flight) =>
        {
            _ = task.Exception;
            ((Flight)flight!).Abandon();
        },
        flight,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted,
        TaskScheduler.Default);

    private static void Observe(Task task) =>
        _ = task.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    /// <summary>Stores a value in Redis and in the local cache. Returns false if Redis has not stored it, and may not have released the lease.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> KeepAsync<T>(
        Flight<T>? flight, ValueCall<T> call, EffectivePolicy policy, CacheLease? lease, FlightResult<T> result, EncodedValue encoded, RemovalMoment moment, bool isWaiting)
    {
        var life = policy.LifeFrom(Now());
        var write = new ValueWrite(CacheWriteOutcome.Skipped, RemovalMoment.Unknown, default);
        if (policy.WritesRedis && !IsForThisProcess(call, result))
        {
            var (before, asked) = (call.Address.Watch.Removals.Observe(), _time.GetTimestamp());
            write = await _values.Entries.FillAsync(
                call.Address, new ReadOnlySequence<byte>(encoded.Stored), encoded.Flags, life, result.Tags, result.Version, lease?.Owner ?? "", moment.Number).ConfigureAwait(false);
            if (flight is { MayBeShared: true })
                flight.LookedUp(asked, write.Since);
            if (write.Outcome == CacheWriteOutcome.Stored)
                moment = before with { Number = write.Removal }; // Redis has seen that nothing overtook it until then
            if (isWaiting)
                result.StartedAt = moment; // no other caller has the result yet
        }

        // What Redis refused may be older than an eviction or a removal, and what it stored as well, where evictions are not known here yet.
        if (write.MayBeCopied)
            Keep(call, policy, result, life, moment.Number, moment, write.Identity);
        return write.Outcome == CacheWriteOutcome.Stored;
    }

    /// <summary>Whether Redis would take it for evicted, since it cannot know which evictions came before it.</summary>
    private static bool IsForThisProcess<T>(ValueCall<T> call, FlightResult<T> result) =>
        result.StartedAt is { Unconfirmed: > 0 } && call.Address.Watch.TagState?.Known is { } known && known.IsPast(result.Version.Stamp, result.Tags) && result.IsLive(call.Address);

    private async Task<T> MeasuredAsync<T>(ValueCall<T> call, CacheContext context, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        var outcome = CacheOutcome.Error;
        using var activity = CacheActivity.Factory(_meter);
        var running = RunningFactory.Begin(this, call.Name, call.Moment ?? _values.Observe(), start, cancellationToken);
        try
        {
            var value = await call.Factory.RunAsync(context, cancellationToken).ConfigureAwait(false);
            outcome = CacheOutcome.Ok;
            return value;
        }
        finally
        {
            running.End();
            outcome = cancellationToken.IsCancellationRequested ? CacheOutcome.Canceled : outcome;
            _meter.Factory(outcome, _time.GetElapsedTime(start));
            activity.Outcome(outcome);
        }
    }

    private bool TryEncode<T>(ValueCall<T> call, T value, bool mayCompress, out EncodedValue encoded)
    {
        try
        {
            encoded = _codec.Encode(value, call.Serializer, mayCompress);
            return true;
        }
#pragma warning disable CA1031 // Whatever a serializer throws: the caller gets the value that it asked for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            CountNotKept(CacheEventDetail.Serialization, e);
            encoded = default;
            return false;
        }
    }
}
