using System.Buffers;
using System.Runtime.InteropServices;
using RedisTagCache.Diagnostics;
using RedisTagCache.Envelope;
using RedisTagCache.Redis;
using RedisTagCache.Redis.Scripts;

namespace RedisTagCache.Store;

internal sealed partial class ValueStore
{
    /// <summary>How many sets of an outage are made up for; an application may set very many.</summary>

    /// <summary>Removals that are to be retried are kept by key alone: where that lies may not be known yet.</summary>
    private const int OnePartition = 0;

    /// <summary>Keeps what a factory computed and gives the lease back, unless the value may be older than an eviction or a removal.</summary>
    /// <param name="address">Where.</param>
    /// <param name="payload">The serialized value.</param>
    /// <param name="payloadFlags">How it is to be read.</param>
    /// <param name="life">Its times.</param>
    /// <param name="tags">The ids of its tags.</param>
    /// <param name="version">When its computation began, in evictions.</param>
    /// <param name="owner">The lease's owner; empty without one.</param>
    /// <param name="startedAt">When its computation began, in removals.</param>
    public ValueTask<ValueWrite> FillAsync(
        ValueAddress address, in ReadOnlySequence<byte> payload, byte payloadFlags, in ValueLife life, byte[][] tags, CacheVersion version, string owner, long startedAt)
    {
        // Nothing was known of removals when it began: Redis could not tell whether it is superseded.
        if (startedAt == RemovalMoment.Unknown)
            version = default;
        return WriteAsync(address, payload, payloadFlags, life, tags, version, replaces: false, isAwaited: owner.Length > 0, (place, envelope, timeToLive) =>
            _commands.FillAsync(place, envelope, timeToLive, version.Stamp, owner, startedAt));
    }

    /// <summary>
    /// Overwrites, and tells the instances that keep copies. If Redis rejects the value, the old one is removed all the same. If Redis is unavailable, the old one
    /// is removed when Redis is back, so that instances do not go on with different values.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller has stopped waiting. The value may be stored or not.</exception>
    public async ValueTask<ValueWrite> ReplaceAsync(
        ValueAddress address, ReadOnlySequence<byte> payload, byte payloadFlags, ValueLife life, byte[][] tags, CacheVersion version, CancellationToken cancellationToken)
    {
        var outcome = CacheWriteOutcome.Skipped;
        try
        {
            var write = await WriteAsync(address, payload, payloadFlags, life, tags, version, replaces: true, isAwaited: false, async (place, envelope, timeToLive) =>
            {
                var reply = await _commands.ReplaceAsync(place, envelope, timeToLive, version.Stamp, cancellationToken).ConfigureAwait(false);
                _meter.Sent("removal");
                ((PartitionWatch)address.Watch).Record(reply.Before, reply.Removal, (byte[])place.Key!);
                return reply;
            }).ConfigureAwait(false);
            outcome = write.Outcome;
            cancellationToken.ThrowIfCancellationRequested();
            return write;
        }
        finally
        {
            if (outcome == CacheWriteOutcome.Skipped)
                _pending.Add(OnePartition, [BytesOf(address.Key)]);
        }
    }

    /// <summary>Removes an entry, revokes its computation, and tells who keeps copies. What Redis does not confirm is retried.</summary>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm it.</exception>
    public Task RemoveAsync(ValueAddress address, CancellationToken cancellationToken)
    {
        // The caller may stop waiting, the removal goes on: what it follows has happened.
        var removing = RemoveOrRepeatAsync(address);
        removing.Forget();
        return removing.WaitAsync(cancellationToken);
    }

    /// <summary>Removes an entry that was found in Redis, of any build, and tells the instances that keep a copy. Nothing is retried.</summary>
    public async Task<bool> RemoveStoredAsync(StoredKey key)
    {
        var reply = await _commands.RemoveNumberedAsync(key.Location).ConfigureAwait(false);
        _meter.Sent("removal");
        _partitions.Known()[key.Partition].Record(reply.Before, reply.Number, (byte[])key.Key!);
        return true;
    }

    private async Task RemoveOrRepeatAsync(ValueAddress address)
    {
        var outcome = "failed";
        try
        {
            var (watch, entry, reply) = await RetryPolicy.Transient.RunAsync(() => RemoveOnceAsync(address.Entry), _time).ConfigureAwait(false);
            watch.Record(reply.Before, reply.Number, entry);
            outcome = "done";
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            _pending.Add(OnePartition, [BytesOf(address.Key)]);
            throw new RedisTagCacheUnavailableException("Redis did not confirm the removal of a value. It is retried until Redis confirms it.", e);
        }
        finally
        {
            _meter.Removal(CacheRegion.Hybrid, outcome);
        }
    }

    private async Task<(PartitionWatch Watch, byte[] Entry, RemovalReply Reply)> RemoveOnceAsync(CacheEntryKey key)
    {
        var partitions = await _partitions.GetAsync(CancellationToken.None).ConfigureAwait(false);
        var watch = partitions.Of(key.Key);
        var place = partitions.Keys.Locate(key.Region, watch.Partition, KeySpace.NameOf(key.Key));
        var reply = await _commands.RemoveNumberedAsync(place).ConfigureAwait(false);
        _meter.Sent("removal");
        return (watch, (byte[])place.Key!, reply);
    }

    private async Task<bool> RepeatAsync(int partition, IReadOnlyCollection<byte[]> keys, CancellationToken cancellationToken)
    {
        try
        {
            if (InvalidationRetryQueue.IsEverything(keys))
            {
                var watches = (await _partitions.GetAsync(cancellationToken).ConfigureAwait(false)).Watches;
                await Task.WhenAll(watches.Select(watch => watch.TagState.ForgetAsync(cancellationToken))).ConfigureAwait(false);
                return true;
            }

            foreach (var bytes in keys)
            {
                var key = MemoryMarshal.Cast<byte, char>(bytes).ToString();
                await RemoveOnceAsync(new CacheEntryKey(CacheRegion.Hybrid, key)).WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            BackgroundFault.Ignore(() => Log.RemovalsRetried(_logger, keys.Count));
            return true;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static byte[] BytesOf(string key) => MemoryMarshal.AsBytes(key.AsSpan()).ToArray();

    private async ValueTask<ValueWrite> WriteAsync(
        ValueAddress address,
        ReadOnlySequence<byte> payload,
        byte payloadFlags,
        ValueLife life,
        byte[][] tags,
        CacheVersion version,
        bool replaces,
        bool isAwaited,
        Func<EntryLocation, ReadOnlyMemory<byte>, long, ValueTask<FillReply>> write)
    {
        using var activity = CacheActivity.Write(address.Entry.Region);
        var result = new ValueWrite(CacheWriteOutcome.Skipped, RemovalMoment.Unknown, default);
        try
        {
            if (address is not { Redis: { } place, Watch.TagState: { } tagState } || !address.Watch.IsAvailable || version.IsUnknown || version.IsDefault)
                return result = result with { Outcome = _store.Skipped(exception: null) };

            // Not so where it replaces another value: that has to go, even if this one is dead on arrival. Nor where others wait for it: those who
            // came before what has ended it may have it.
            var isPast = !replaces && tagState.Known is { } known && known.IsPast(version.Stamp, tags);
            if (isPast && !isAwaited)
                return result = result with { Outcome = _store.Rejected() };

            var length = (int)EnvelopeWriter.Measure(tags, payload.Length);
            var buffer = ArrayPool<byte>.Shared.Rent(length);
            var header = new EnvelopeHeader(
                version.Stamp.Generation, version.Stamp.Epoch, life.CreatedAt, life.FreshUntil, life.EndsAt, 0, life.StaleUntil, payloadFlags);
            EnvelopeWriter.Write(buffer.AsSpan(0, length), place.KeyHash, header, isTagged: true, tags, payload);
            var identity = buffer.AsSpan(0, EnvelopeLayout.IdentityLength).ToArray();
            var reply = await write(place, buffer.AsMemory(0, length), life.EndsAt - life.CreatedAt).ConfigureAwait(false);

            // Only now: a write that was given up may still be read from its buffer, so that one is left to the collector.
            ArrayPool<byte>.Shared.Return(buffer);
            var isCovered = reply.Stamp is { } stamp && tagState.At(stamp) is not null;
            if (!isCovered)
                tagState.Refresh();
            return result = new ValueWrite(reply.Stored && !isPast ? CacheWriteOutcome.Stored : _store.Rejected(), reply.Removal, identity, isCovered);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            return result = result with { Outcome = _store.Skipped(e) };
        }
        finally
        {
            _meter.Write(address.Entry.Region, TagCacheStore.NameOf(result.Outcome));
            activity.Outcome(TagCacheStore.NameOf(result.Outcome));
        }
    }
}
