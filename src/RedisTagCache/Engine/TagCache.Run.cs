using System.Buffers;
using RedisTagCache.Diagnostics;
using RedisTagCache.Engine.Serialization;
using RedisTagCache.Store;

namespace RedisTagCache.Engine;

internal sealed partial class TagCache
{
    /// <summary>Long enough for all who waited; after it, one is asked to lead again.</summary>
    private static readonly TimeSpan _pass = TimeSpan.FromSeconds(1);

    /// <summary>Runs the factory and keeps its value; gives out the old one where it fails, or takes too long.</summary>
    private async Task<FlightResult<T>> RunAsync<T>(
        ValueCall<T> call, HeldLease? lease, CacheToken token, RemovalMoment moment, FlightResult<T>? fallback, CancellationToken cancellationToken)
    {
        var computing = ComputeAsync(call, lease, token, moment, fallback is not null, cancellationToken);
        if (fallback is null)
            return await computing.ConfigureAwait(false);

        try
        {
            if (call.Policy.FactorySoftTimeout is not { } soft)
                return await computing.ConfigureAwait(false);
            return await computing.WaitAsync(soft, _time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException e) when (!computing.IsCompleted)
        {
            _ = computing.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return GiveFallback(call, fallback, call.Policy.RetryDelay, e);
        }
#pragma warning disable CA1031 // Whatever the factory throws: that is what the old value is for.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return GiveFallback(call, fallback, call.Policy.RetryDelay, e);
        }
    }

    /// <summary>Gives out the old value, and in this instance does so without another try until the pause is over.</summary>
    private FlightResult<T> GiveFallback<T>(ValueCall<T> call, FlightResult<T> fallback, TimeSpan pause, Exception? exception)
    {
        CountFailSafe(call);
        if (FindCopy(call) is { } copy)
            copy.PausedUntil = _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency);
        if (exception is not null && _failedSafely.ShouldTell(out var count))
            Log.FactoryFailedSafe(_logger, exception, count);
        return fallback;
    }

    /// <summary>Runs the factory and keeps its value. The lease is given back in every case, with a pause when there is an old value to live on.</summary>
    private async Task<FlightResult<T>> ComputeAsync<T>(
        ValueCall<T> call, HeldLease? lease, CacheToken token, RemovalMoment moment, bool hasOld, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.Zero;
        var isPassed = false;
        var isFilled = false;
        try
        {
            var context = new CacheContext(call.Address.Key, call.Given, call.Tags);
            T value;
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                value = await MeasuredAsync(call, context, cancellationToken).ConfigureAwait(false);
            }
            catch when (hasOld && !cancellationToken.IsCancellationRequested)
            {
                pause = call.Policy.RetryDelay;
                throw;
            }

            var policy = ReferenceEquals(context.Policy, call.Given) ? call.Policy : _policies.Resolve(context.Policy) with { Flags = call.Policy.Flags };
            var result = new FlightResult<T>(value, default, null, 0, token, TagId.OfAll([.. context.Tags, EveryValue], nameof(context.Tags))) { Begun = moment };
            isPassed = true;
            if (!TryEncode(call, value, policy.Compresses, out var encoded))
                return result;
            result = result with { Plain = Immutable<T>.IsShared ? default : encoded.Plain, Length = encoded.Plain.Length, PayloadFlags = (byte)(encoded.Flags & PayloadKinds.Null) };
            if (encoded.Plain.Length > _settings.MaximumPayloadBytes || !context.IsStored)
            {
                CountNotKept(context.IsStored ? BypassReason.PayloadSize : BypassReason.Factory, null);
                return result;
            }

            isPassed = false;
            isFilled = await KeepAsync(call, policy, lease, result, encoded, moment).ConfigureAwait(false);
            return result;
        }
        finally
        {
            if (isFilled || lease is null)
                lease?.Dispose(); // the write has given it back
            else if (isPassed)
                await lease.PassAsync(_pass).ConfigureAwait(false);
            else
                await lease.ReleaseAsync(pause).ConfigureAwait(false);
        }
    }

    /// <summary>Stores a value and keeps a copy. False when Redis has not stored it, and may not have got the lease back.</summary>
    private async Task<bool> KeepAsync<T>(ValueCall<T> call, EffectivePolicy policy, HeldLease? lease, FlightResult<T> result, EncodedValue encoded, RemovalMoment moment)
    {
        var life = policy.LifeFrom(Now());
        var write = new ValueWrite(CacheWriteOutcome.Dropped, RemovalMoment.Unknown, default);
        if (policy.WritesRedis)
        {
            var before = call.Address.Watch.Removals.Observe();
            write = await _values.FillAsync(
                call.Address, new ReadOnlySequence<byte>(encoded.Stored), encoded.Flags, life, result.Tags, result.Token, lease?.Owner ?? "", moment.Number).ConfigureAwait(false);
            if (write.Outcome == CacheWriteOutcome.Stored)
                result.Begun = moment = before with { Number = write.Removal }; // Redis has seen that nothing overtook it until then
        }

        // What Redis refused may be older than an eviction or a removal, and what it stored as well, where evictions are not known here yet.
        if (write.MayBeCopied)
            Keep(call, policy, result, life, moment.Number, moment, write.Identity);
        return write.Outcome == CacheWriteOutcome.Stored;
    }

    private async Task<T> MeasuredAsync<T>(ValueCall<T> call, CacheContext context, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        var outcome = "error";
        using var activity = CacheActivity.Factory();
        var running = RunningFactory.Begin(this, call.Name);
        try
        {
            var value = await call.Factory.RunAsync(context, cancellationToken).ConfigureAwait(false);
            outcome = "ok";
            return value;
        }
        finally
        {
            running.End();
            outcome = cancellationToken.IsCancellationRequested ? "canceled" : outcome;
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
            CountNotKept(BypassReason.Serialization, e);
            encoded = default;
            return false;
        }
    }
}
