using System.Buffers;
using System.Runtime.CompilerServices;
using RedisTagCache.Diagnostics;
using RedisTagCache.Envelope;
using RedisTagCache.Redis;

namespace RedisTagCache.Store;

internal sealed partial class TagCacheStore
{
    /// <summary>A hundred years: servers reckon with longer ones, each up to an end of its own.</summary>
    private static readonly long _maxLife = (long)TimeSpan.FromDays(36_525).TotalMilliseconds;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CacheWriteOutcome> SetAsync(
        CacheEntryKey key, ReadOnlySequence<byte> payload, CacheVersion version, TagCacheEntryOptions options, CancellationToken cancellationToken = default)
    {
        var tags = ValidateWrite(key, payload, options);
        using var activity = CacheActivity.Write(key.Region);
        var outcome = CacheWriteOutcome.Skipped;
        var mayBeWritten = false;
        byte[]? buffer = null;
        try
        {
            if (!_partitions.IsAvailable(key.Key))
                return Skipped(exception: null);
            mayBeWritten = true;
            var partitions = await _partitions.GetAsync(cancellationToken).ConfigureAwait(false);
            var address = partitions.Keys.Locate(key);
            if (!key.Region.IsTagged)
            {
                var envelope = Compose(key, address, default, tags, payload, options, out buffer);
                await _commands.WritePlainAsync(address, envelope, TimeToLive(options), cancellationToken).ConfigureAwait(false);
                outcome = CacheWriteOutcome.Stored;
            }
            else
            {
                (outcome, buffer) = await SetTaggedAsync(key, address, partitions[address.Partition].TagState, version, tags, payload, options, cancellationToken).ConfigureAwait(false);
            }

            // Only now: a write that was given up may still be read from its buffer, so that one is left to the collector.
            if (buffer is not null)
                ArrayPool<byte>.Shared.Return(buffer);
            return outcome;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) && !cancellationToken.IsCancellationRequested)
        {
            mayBeWritten = !RedisFailure.IsRefusal(e);
            return Skipped(e);
        }
        finally
        {
            if (mayBeWritten)
                Superseded?.Invoke(key);
            _meter.Write(key.Region, NameOf(outcome));
            activity.Outcome(NameOf(outcome));
        }
    }

    /// <summary>The same on the client's synchronous path; for regions without tags.</summary>
    public CacheWriteOutcome Set(CacheEntryKey key, ReadOnlySequence<byte> payload, TagCacheEntryOptions options)
    {
        var tags = ValidateWrite(key, payload, options);
        using var activity = CacheActivity.Write(key.Region);
        var outcome = CacheWriteOutcome.Skipped;
        try
        {
            if (!_partitions.IsAvailable(key.Key))
                return Skipped(exception: null);
            var address = _partitions.Get().Keys.Locate(key);
            var envelope = Compose(key, address, default, tags, payload, options, out var buffer);
            _commands.WritePlain(address, envelope, TimeToLive(options));
            ArrayPool<byte>.Shared.Return(buffer);
            return outcome = CacheWriteOutcome.Stored;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            return Skipped(e);
        }
        finally
        {
            _meter.Write(key.Region, NameOf(outcome));
            activity.Outcome(NameOf(outcome));
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(CacheWriteOutcome Outcome, byte[]? Buffer)> SetTaggedAsync(
        CacheEntryKey key,
        EntryLocation address,
        TagState tagState,
        CacheVersion version,
        byte[][] tags,
        ReadOnlySequence<byte> payload,
        TagCacheEntryOptions options,
        CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();

        // Without a lookup, the value counts as started when this call began; the epoch in Redis may be past that by now.
        if (version.IsDefault)
            version = VersionOf(tagState.Known ?? await Remaining(tagState.RenewAsync(cancellationToken), start, cancellationToken).ConfigureAwait(false));
        if (version.IsUnknown || (tagState.Known is { } known && known.IsPast(version.Stamp, tags)))
            return (Rejected(), null);

        var envelope = Compose(key, address, version, tags, payload, options, out var buffer);
        var (stored, stamp) = await _commands.WriteAsync(address, envelope, TimeToLive(options), version.Stamp, cancellationToken).ConfigureAwait(false);

        // The answer shows when this instance is behind; a lookup would catch up by itself, an instance that only writes would not.
        if (stamp is null || tagState.At(stamp.Value) is null)
            tagState.Refresh();
        return (stored ? CacheWriteOutcome.Stored : Rejected(), buffer);
    }

    private ReadOnlyMemory<byte> Compose(
        in CacheEntryKey key, in EntryLocation address, CacheVersion version, byte[][] tags, in ReadOnlySequence<byte> payload, TagCacheEntryOptions options, out byte[] buffer)
    {
        var now = Now();
        var header = new EnvelopeHeader(
            version.Stamp.Generation,
            version.Stamp.Epoch,
            now,
            options.Lifetime is { } lifetime && options.StaleWindow > TimeSpan.Zero ? Later(now, lifetime) : long.MaxValue,
            options.Lifetime is { } whole ? Later(Later(now, whole), options.StaleWindow) : long.MaxValue,
            options.SlidingExpiration is { } sliding ? Milliseconds(sliding) : 0);
        var length = (int)EnvelopeWriter.Measure(tags, payload.Length);
        buffer = ArrayPool<byte>.Shared.Rent(length);
        EnvelopeWriter.Write(buffer.AsSpan(0, length), address.KeyHash, header, key.Region.IsTagged, tags, payload);
        return buffer.AsMemory(0, length);
    }

    internal static byte[][] ValidateWrite(in CacheEntryKey key, in ReadOnlySequence<byte> payload, TagCacheEntryOptions options)
    {
        Validate(key);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Lifetime <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(options), options.Lifetime, "Lifetime must be more than zero, or null.");
        if (options.SlidingExpiration <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(options), options.SlidingExpiration, "SlidingExpiration must be more than zero, or null.");
        if (options.StaleWindow < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(options), options.StaleWindow, "StaleWindow must be zero or more.");
        if (options.SlidingExpiration is not null && (key.Region.IsTagged || options.StaleWindow > TimeSpan.Zero))
            throw new ArgumentException("SlidingExpiration is only for regions without tags, and cannot be combined with StaleWindow.", nameof(options));
        if (!options.Tags.IsEmpty && !key.Region.IsTagged)
            throw new ArgumentException($"Entries of the region '{key.Region}' cannot have tags.", nameof(options));

        var tags = TagId.OfAll(options.Tags.Span, "tags");
        if (EnvelopeWriter.Measure(tags, payload.Length) > EnvelopeLayout.Longest)
            throw new ArgumentOutOfRangeException(nameof(payload), payload.Length, "The payload with its tags must not be larger than a value in Redis can be (512 MiB).");
        return tags;
    }

    private static long TimeToLive(TagCacheEntryOptions options)
    {
        var whole = options.Lifetime is { } lifetime ? Later(Milliseconds(lifetime), options.StaleWindow) : 0;
        var sliding = options.SlidingExpiration is { } span ? Milliseconds(span) : 0;
        return Math.Min(_maxLife, whole == 0 || sliding == 0 ? whole + sliding : Math.Min(whole, sliding));
    }

    internal static long Later(long time, TimeSpan span) => time + Milliseconds(span); // a TimeSpan is at most 2^53 ms: no overflow

    private static long Milliseconds(TimeSpan span) => (span.Ticks / TimeSpan.TicksPerMillisecond) + (span.Ticks % TimeSpan.TicksPerMillisecond > 0 ? 1 : 0);

    internal CacheWriteOutcome Rejected()
    {
        Log.WriteRejected(_logger);
        return CacheWriteOutcome.Rejected;
    }

    internal CacheWriteOutcome Skipped(Exception? exception)
    {
        if (exception is not null && _skippedWrites.ShouldLog(out var count))
        {
            Log.WriteSkipped(_logger, _connection.Location, FailureReasons.Of(exception), count);
            Log.FailureDetail(_logger, exception);
        }

        return CacheWriteOutcome.Skipped;
    }

    internal static string NameOf(CacheWriteOutcome outcome) => outcome switch
    {
        CacheWriteOutcome.Stored => "stored",
        CacheWriteOutcome.Rejected => "rejected",
        _ => "skipped",
    };
}
