using System.Buffers;
using System.Runtime.CompilerServices;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.LocalCaching;
using RedisTagCache.SingleFlight;
using RedisTagCache.Tags;

namespace RedisTagCache.Caching;

internal sealed partial class TagCache
{
    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SetAsync<T>(
        string key, T value, CachePolicy? policy = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        cancellationToken.ThrowIfCancellationRequested();
        var effective = _policies.Resolve(policy);
        var ids = TagId.OfAll([.. Check(tags), EveryValue], nameof(tags));
        if (IsBypassed(key))
        {
            CountBypass(key);
            return;
        }

        await StartAsync(cancellationToken).ConfigureAwait(false);
        var call = new ValueCall<T>(_values.Locate(key), NoFactory<T>.Instance, policy ?? _open, effective, [], _serializers.Of<T>());
        var moment = call.Address.Watch.Removals.Observe();
        var version = await ObserveAsync(call, cancellationToken).ConfigureAwait(false);
        var encoded = _codec.Encode(value, call.Serializer, effective.Compresses);
        if (encoded.Plain.Length > _settings.MaximumPayloadBytes)
        {
            CountNotKept(CacheEventDetail.PayloadSize, null);
            return;
        }

        await SetAsync(call, new FlightResult<T>(value, Immutable<T>.IsShared ? default : encoded.Plain, encoded.Plain.Length, (byte)(encoded.Flags & PayloadKinds.Null), version, ids), encoded.Stored, encoded.Flags, moment, cancellationToken)
            .ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SetAsync<T>(
        ValueCall<T> call, FlightResult<T> result, ReadOnlyMemory<byte> stored, byte flags, RemovalMoment moment, CancellationToken cancellationToken)
    {
        var life = call.Policy.LifeFrom(Now());
        var write = new ValueWrite(CacheWriteOutcome.Skipped, RemovalMoment.Unknown, default);
        try
        {
            if (call.Policy.WritesRedis)
            {
                write = await _values.Entries.ReplaceAsync(
                    call.Address, new ReadOnlySequence<byte>(stored), flags, life, result.Tags, result.Version, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            Forget(call.Address); // whatever came of it
            throw;
        }

        // What is just being computed is older, and so is any copy. Where Redis has not numbered the change, this instance remembers it.
        if (write.Outcome != CacheWriteOutcome.Stored)
        {
            call.Address.Watch.Removals.RecordOwn(call.Name);
            moment = call.Address.Watch.Removals.Observe();
        }

        _flights.Detach(call.Name);
        _copies.Drop(call.Name, write.Outcome == CacheWriteOutcome.Stored ? write.Removal : long.MaxValue);
        if (write.MayBeCopied)
            Keep(call, call.Policy, result, life, write.Outcome == CacheWriteOutcome.Stored ? write.Removal : moment.Number, moment, write.Identity);
    }

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (IsBypassed(key))
            return;
        var address = _values.Locate(key);
        var removing = _values.Entries.RemoveAsync(address, cancellationToken);
        Forget(address);
        await removing.ConfigureAwait(false);
        Forget(address); // what was read or started in the meantime
    }

    private void Forget(ValueAddress address)
    {
        address.Watch.Removals.RecordOwn(address.Name);
        _flights.Detach(address.Name);
        _copies.Drop(address.Name, long.MaxValue);
    }
}
