using System.Buffers;
using System.Runtime.CompilerServices;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Entries.Envelope;
using RedisTagCache.Invalidation;
using RedisTagCache.Topology;

namespace RedisTagCache.Entries;

internal sealed partial class EntryStore
{
    /// <summary>Writes an entry of any region, for a caller that has its value.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CacheWriteOutcome> SetAsync(CacheEntryKey key, EntryContent content, CacheVersion version, CancellationToken cancellationToken)
    {
        var mayBeWritten = true;
        try
        {
            var write = await WriteAsync(key, address: null, content, new WriteTerms(WriteKind.Set, version), cancellationToken).ConfigureAwait(false);
            mayBeWritten = write.MayBeWritten;
            return write.Outcome;
        }
        finally
        {
            if (mayBeWritten)
                _partitions.Supersede(key);
        }
    }

    /// <summary>Stores what a factory computed and releases the lease, unless the value may be older than an eviction or a removal.</summary>
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
        var content = new EntryContent(tags, payload, life, life.EndsAt - life.CreatedAt, PayloadFlags: payloadFlags);
        return WriteAsync(address.Entry, address, content, new WriteTerms(WriteKind.Fill, version, owner, startedAt), CancellationToken.None);
    }

    /// <summary>
    /// Overwrites an entry, and announces it to the instances that have local copies. If Redis rejects the value, the old one is removed all the same. If Redis is unavailable, the old one
    /// is removed when Redis is back, so that instances do not go on with different values.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller has stopped waiting. The value may be stored or not.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ValueWrite> ReplaceAsync(
        ValueAddress address, ReadOnlySequence<byte> payload, byte payloadFlags, ValueLife life, byte[][] tags, CacheVersion version, CancellationToken cancellationToken)
    {
        var outcome = CacheWriteOutcome.Skipped;
        var owed = FindOwed(address.Entry); // only that: another one may come after this write
        try
        {
            var content = new EntryContent(tags, payload, life, life.EndsAt - life.CreatedAt, PayloadFlags: payloadFlags);
            var write = await WriteAsync(address.Entry, address, content, new WriteTerms(WriteKind.Replace, version), cancellationToken).ConfigureAwait(false);
            outcome = write.Outcome;
            if (outcome != CacheWriteOutcome.Skipped)
            {
                _meter.Sent(CacheEventDetail.Removal);
                ((PartitionWatch)address.Watch).RecordOwn(write.Before, write.Removal, address.Entry.Region, address.Name, address.Redis!.Value);
                if (owed is not null)
                    _pending.Confirm(OnePartition, [owed]); // the old value is gone
            }

            return write;
        }
        finally
        {
            if (outcome == CacheWriteOutcome.Skipped)
                _pending.Add(OnePartition, [BytesOf(address.Key)]);
        }
    }

    /// <summary>Writes an entry on the client's synchronous path; for regions without tags.</summary>
    public CacheWriteOutcome Set(CacheEntryKey key, EntryContent content)
    {
        using var activity = CacheActivity.Write(_meter, key.Region);
        var outcome = CacheWriteOutcome.Skipped;
        try
        {
            if (Locate(key) is not { Location: var location })
                return outcome;
            var envelope = Compose(location, default, isTagged: false, content, out var buffer);
            _commands.WritePlain(location, envelope, content.TimeToLive);
            ArrayPool<byte>.Shared.Return(buffer);
            return outcome = CacheWriteOutcome.Stored;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            NoteSkipped(e);
            return outcome;
        }
        finally
        {
            _meter.Write(key.Region, outcome);
            activity.Outcome(outcome);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ValueWrite> WriteAsync(CacheEntryKey key, ValueAddress? address, EntryContent content, WriteTerms terms, CancellationToken cancellationToken)
    {
        using var activity = CacheActivity.Write(_meter, key.Region);
        var result = new ValueWrite(CacheWriteOutcome.Skipped, RemovalMoment.Unknown, default);
        try
        {
            var place = address is null ? await LocateAsync(key, cancellationToken).ConfigureAwait(false) : PlaceOf(address);
            if (place is not { } at || (terms.Kind != WriteKind.Set && (terms.Version.IsUnknown || terms.Version.IsDefault)))
                return result;
            result = result with { MayBeWritten = true };
            result = key.Region.IsTagged
                ? await WriteTaggedAsync(at, content, terms, cancellationToken).ConfigureAwait(false)
                : await WritePlainAsync(at, content, cancellationToken).ConfigureAwait(false);
            return result;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) && !cancellationToken.IsCancellationRequested)
        {
            NoteSkipped(e);
            return result with { MayBeWritten = result.MayBeWritten && !RedisFailure.IsRefusal(e) };
        }
        finally
        {
            _meter.Write(key.Region, result.Outcome);
            activity.Outcome(result.Outcome);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ValueWrite> WritePlainAsync(Place place, EntryContent content, CancellationToken cancellationToken)
    {
        var envelope = Compose(place.Location, default, isTagged: false, content, out var buffer);
        await _commands.WritePlainAsync(place.Location, envelope, content.TimeToLive, cancellationToken).ConfigureAwait(false);

        // Only now: a write that was given up may still be read from its buffer, so that one is left to the collector.
        ArrayPool<byte>.Shared.Return(buffer);
        return new ValueWrite(CacheWriteOutcome.Stored, RemovalMoment.Unknown, default);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ValueWrite> WriteTaggedAsync(Place place, EntryContent content, WriteTerms terms, CancellationToken cancellationToken)
    {
        var tagState = place.Watch.TagState;
        var version = terms.Version;

        // Without a lookup, the value counts as started when this call began; the epoch in Redis may be past that by now.
        if (version.IsDefault)
            version = VersionOf(tagState.Known ?? await Remaining(tagState.RenewAsync(cancellationToken), _time.GetTimestamp(), cancellationToken).ConfigureAwait(false));

        // A value that replaces another one is sent all the same: the other one has to go, even if this one is rejected. So is one that other
        // callers wait for: those that came before the eviction may get it.
        var isPast = version.IsUnknown || (terms.Kind != WriteKind.Replace && tagState.Known is { } known && known.IsPast(version.Stamp, content.Tags));
        if (isPast && terms.Owner.Length == 0)
        {
            tagState.Refresh(); // an instance that only writes would not learn of what came before an eviction of its own
            return new ValueWrite(Rejected(), RemovalMoment.Unknown, default);
        }

        var envelope = Compose(place.Location, version, isTagged: true, content, out var buffer);
        var identity = terms.Kind == WriteKind.Set ? default(ReadOnlyMemory<byte>) : IdentityOf(envelope.Span);
        var (isStored, now, removal, before) = await SendAsync(place, envelope, content.TimeToLive, version.Stamp, terms, cancellationToken).ConfigureAwait(false);

        // Only now: see above.
        ArrayPool<byte>.Shared.Return(buffer);

        // The answer shows when this instance is behind; a lookup would catch up by itself, an instance that only writes would not.
        var owes = tagState.Owes;
        var state = now is { } stamp ? tagState.At(stamp) : null;
        if (state is null)
            tagState.Refresh();
        return new ValueWrite(isStored && !isPast ? CacheWriteOutcome.Stored : Rejected(), removal, identity, IsCovered: state is not null)
        {
            Before = before,
            Since = state is null || owes ? default : VersionOf(state),
        };
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(bool Stored, EpochStamp? Stamp, long Removal, long Before)> SendAsync(
        Place place, ReadOnlyMemory<byte> envelope, long timeToLive, EpochStamp version, WriteTerms terms, CancellationToken cancellationToken)
    {
        switch (terms.Kind)
        {
            case WriteKind.Set:
                var (stored, stamp) = await _commands.WriteAsync(place.Location, envelope, timeToLive, version, cancellationToken).ConfigureAwait(false);
                return (stored, stamp, RemovalMoment.Unknown, 0);
            case WriteKind.Fill:
                var reply = await _commands.FillAsync(place.Location, envelope, timeToLive, version, terms.Owner, terms.StartedAt).ConfigureAwait(false);
                return (reply.Stored, reply.Stamp, reply.Removal, 0);
            default:
                reply = await _commands.ReplaceAsync(place.Location, envelope, timeToLive, version, cancellationToken).ConfigureAwait(false);
                return (reply.Stored, reply.Stamp, reply.Removal, reply.Before);
        }
    }

    private static ReadOnlyMemory<byte> Compose(in EntryLocation location, CacheVersion version, bool isTagged, in EntryContent content, out byte[] buffer)
    {
        var life = content.Life;
        var header = new EnvelopeHeader(
            version.Stamp.Generation, version.Stamp.Epoch, life.CreatedAt, life.FreshUntil, life.EndsAt, content.Sliding, life.StaleUntil, content.PayloadFlags);
        var length = (int)EnvelopeWriter.Measure(content.Tags, content.Payload.Length);
        buffer = ArrayPool<byte>.Shared.Rent(length);
        EnvelopeWriter.Write(buffer.AsSpan(0, length), location.KeyHash, header, isTagged, content.Tags, content.Payload);
        return buffer.AsMemory(0, length);
    }

    private CacheWriteOutcome Rejected()
    {
        Log.WriteRejected(_logger);
        return CacheWriteOutcome.Rejected;
    }

    private void NoteSkipped(Exception exception)
    {
        if (!_skippedWrites.ShouldLog(out var count))
            return;
        Log.WriteSkipped(_logger, _connection.Location, FailureReasons.Of(exception), count);
        Log.FailureDetail(_logger, exception);
    }
}
