using System.Runtime.InteropServices;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Entries.Envelope;
using RedisTagCache.Invalidation;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;

namespace RedisTagCache.Entries;

internal sealed partial class EntryStore
{
    /// <summary>Removes an entry of any region.</summary>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm it.</exception>
    public async ValueTask RemoveAsync(CacheEntryKey key, CancellationToken cancellationToken)
    {
        Check(key);
        var outcome = CacheOutcome.Failed;
        try
        {
            var location = (await _partitions.GetAsync(cancellationToken).ConfigureAwait(false)).Keys.Locate(key);
            if (key.Region.IsTagged)
                await RemoveNumberedAsync(location).WaitAsync(cancellationToken).ConfigureAwait(false);
            else
                await _commands.RemoveAsync(location, cancellationToken).ConfigureAwait(false);
            outcome = CacheOutcome.Done;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) && !cancellationToken.IsCancellationRequested)
        {
            throw RemovalFailed(e);
        }
        finally
        {
            _partitions.Supersede(key);
            _meter.Removal(key.Region, outcome);
        }
    }

    /// <summary>The same on the client's synchronous path; for regions without tags.</summary>
    public void Remove(CacheEntryKey key)
    {
        Check(key);
        var outcome = CacheOutcome.Failed;
        try
        {
            _commands.Remove(_partitions.Get().Keys.Locate(key));
            outcome = CacheOutcome.Done;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            throw RemovalFailed(e);
        }
        finally
        {
            _meter.Removal(key.Region, outcome);
        }
    }

    /// <summary>Removes an entry, revokes its computation, and announces it to the instances that have local copies. A removal that Redis does not confirm is retried.</summary>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm it.</exception>
    public Task RemoveAsync(ValueAddress address, CancellationToken cancellationToken)
    {
        // The caller may stop waiting, the removal goes on: what it follows has happened.
        var removing = RemoveOrRepeatAsync(address);
        removing.Forget();
        return removing.WaitAsync(cancellationToken);
    }

    /// <summary>Removes an entry that was found in Redis, of any build, and announces it to the instances that have a local copy. Nothing is retried.</summary>
    public async Task<bool> RemoveStoredAsync(StoredKey key)
    {
        var reply = await _commands.RemoveNumberedAsync(key.Location).ConfigureAwait(false);
        _meter.Sent(CacheEventDetail.Removal);
        _partitions.Known()[key.Partition].RecordOwn(reply.Before, reply.Number, (byte[])key.Key!);
        return true;
    }

    /// <summary>Prolongs a sliding expiration. Does nothing for other entries, and nothing while Redis is unavailable.</summary>
    public async ValueTask TouchAsync(CacheEntryKey key, CancellationToken cancellationToken)
    {
        Check(key);
        try
        {
            var location = (await _partitions.GetAsync(cancellationToken).ConfigureAwait(false)).Keys.Locate(key);
            var start = await _commands.PeekAsync(location, EnvelopeLayout.TagsAt, cancellationToken).ConfigureAwait(false);
            if (TryProlong(start, location.KeyHash, out var identity, out var timeToLive))
                await _commands.TouchAsync(location, identity, timeToLive, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) && !cancellationToken.IsCancellationRequested)
        {
            Log.BackgroundCommandFailed(_logger, e);
        }
    }

    /// <summary>The same on the client's synchronous path.</summary>
    public void Touch(CacheEntryKey key)
    {
        Check(key);
        try
        {
            var location = _partitions.Get().Keys.Locate(key);
            if (TryProlong(_commands.Peek(location, EnvelopeLayout.TagsAt), location.KeyHash, out var identity, out var timeToLive))
                _commands.Touch(location, identity, timeToLive);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            Log.BackgroundCommandFailed(_logger, e);
        }
    }

    private bool TryProlong(ReadOnlySpan<byte> start, ulong keyHash, out byte[] identity, out long timeToLive)
    {
        (identity, timeToLive) = ([], 0);
        if (!EnvelopeReader.TryPeekSliding(start, keyHash, out var sliding, out var endsAt))
            return false;
        identity = start[..EnvelopeLayout.IdentityLength].ToArray();
        timeToLive = Math.Min(EntryContent.MaxLife, Math.Min(sliding, endsAt - Now()));
        return timeToLive > 0;
    }

    /// <summary>Numbers and announces the removal for instances that keep copies. An instance that computes the entry loses its lease, because it started before the removal.</summary>
    private Task<RemovalReply> RemoveNumberedAsync(in EntryLocation location)
    {
        var removing = _commands.RemoveNumberedAsync(location).AsTask();
        removing.Forget();
        return removing;
    }

    private async Task RemoveOrRepeatAsync(ValueAddress address)
    {
        var outcome = CacheOutcome.Failed;
        var owed = FindOwed(address.Entry);
        try
        {
            var (place, reply) = await RetryPolicy.Transient.RunAsync(() => RemoveOnceAsync(address.Entry), _time).ConfigureAwait(false);
            place.Watch.RecordOwn(reply.Before, reply.Number, address.Entry.Region, address.Name, place.Location);
            outcome = CacheOutcome.Done;
            if (owed is not null)
                _pending.Confirm(OnePartition, [owed]);
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

    private async Task<(Place Place, RemovalReply Reply)> RemoveOnceAsync(CacheEntryKey key)
    {
        var partitions = await _partitions.GetAsync(CancellationToken.None).ConfigureAwait(false);
        var location = partitions.Keys.Locate(key);
        var reply = await _commands.RemoveNumberedAsync(location).ConfigureAwait(false);
        _meter.Sent(CacheEventDetail.Removal);
        return (new Place(location, partitions[location.Partition]), reply);
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
                if (!_pending.Contains(OnePartition, bytes))
                    continue; // a value was written in the meantime
                var key = MemoryMarshal.Cast<byte, char>(bytes).ToString();
                await RemoveOnceAsync(new CacheEntryKey(CacheRegion.Hybrid, key)).WaitAsync(cancellationToken).ConfigureAwait(false);
                _pending.Confirm(OnePartition, [bytes]);
            }

            BackgroundFault.Ignore(() => Log.RemovalsRetried(_logger, keys.Count));
            return true;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static RedisTagCacheUnavailableException RemovalFailed(Exception e) => new("Redis did not confirm the removal of an entry.", e);
}
