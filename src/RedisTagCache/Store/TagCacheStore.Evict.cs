using RedisTagCache.Diagnostics;
using RedisTagCache.Redis;
using RedisTagCache.Redis.Scripts;

namespace RedisTagCache.Store;

internal sealed partial class TagCacheStore
{
    /// <summary>In place of a partition, for what is to be retried before it is known which there are.</summary>
    private const int Everywhere = -1;

    /// <inheritdoc/>
    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken = default) =>
        InvalidateAsync(TagInvalidationKind.Evict, [tag], nameof(tag), cancellationToken);

    /// <inheritdoc/>
    public ValueTask EvictByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default) =>
        InvalidateAsync(TagInvalidationKind.Evict, Given(tags), nameof(tags), cancellationToken);

    /// <inheritdoc/>
    public ValueTask ExpireByTagAsync(string tag, CancellationToken cancellationToken = default) =>
        InvalidateAsync(TagInvalidationKind.Expire, [tag], nameof(tag), cancellationToken);

    /// <inheritdoc/>
    public ValueTask ExpireByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default) =>
        InvalidateAsync(TagInvalidationKind.Expire, Given(tags), nameof(tags), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(CacheEntryKey key, CancellationToken cancellationToken = default)
    {
        Validate(key);
        var outcome = "failed";
        try
        {
            var keys = (await _partitions.GetAsync(cancellationToken).ConfigureAwait(false)).Keys;
            if (key.Region.IsTagged)
                await RemoveNumberedAsync(keys, key).WaitAsync(cancellationToken).ConfigureAwait(false);
            else
                await _commands.RemoveAsync(keys.Locate(key), cancellationToken).ConfigureAwait(false);
            outcome = "done";
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) && !cancellationToken.IsCancellationRequested)
        {
            throw RemovalFailed(e);
        }
        finally
        {
            Superseded?.Invoke(key);
            _meter.Removal(key.Region, outcome);
        }
    }

    /// <summary>Numbers and announces the removal for instances that keep copies. An instance that computes the entry loses its lease, because it started before the removal.</summary>
    private Task<RemovalReply> RemoveNumberedAsync(KeySpace keys, in CacheEntryKey key)
    {
        var removing = _commands.RemoveNumberedAsync(keys.Locate(key.Region, keys.PartitionOf(key.Key), KeySpace.NameOf(key.Key))).AsTask();
        removing.Forget();
        return removing;
    }

    /// <summary>The same on the client's synchronous path; for regions without tags.</summary>
    public void Remove(CacheEntryKey key)
    {
        Validate(key);
        var outcome = "failed";
        try
        {
            _commands.Remove(_partitions.Get().Keys.Locate(key));
            outcome = "done";
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

    private static RedisTagCacheUnavailableException RemovalFailed(Exception e) => new("Redis did not confirm the removal of an entry.", e);

    // One tag that is missing must not keep the others from being evicted.
    private static IEnumerable<string> Given(IEnumerable<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        return tags.Where(static tag => !string.IsNullOrEmpty(tag));
    }

    private ValueTask InvalidateAsync(TagInvalidationKind kind, IEnumerable<string> tags, string parameter, CancellationToken cancellationToken)
    {
        string[] distinct = [.. tags.Distinct(StringComparer.OrdinalIgnoreCase)];
        byte[][] members = [.. distinct.Select(tag => TagId.Member(kind, TagId.Of(tag, parameter)))];
        if (members.Length == 0)
            return default;

        // The caller may stop waiting (its request was aborted), the eviction goes on: what it follows has happened.
        var invalidating = InvalidateEverywhereAsync(kind, distinct, members);
        invalidating.Forget();
        return new ValueTask(invalidating.WaitAsync(cancellationToken));
    }

    private async Task InvalidateEverywhereAsync(TagInvalidationKind kind, string[] tags, byte[][] members)
    {
        var name = kind == TagInvalidationKind.Evict ? "evict" : "expire";
        using var activity = CacheActivity.Evict(name, members.Length);
        var results = await TryInvalidateEverywhereAsync(members).ConfigureAwait(false);
        var cause = results.FirstOrDefault(static result => result is not null);
        _meter.Evictions(members.Length, name, cause is null ? "done" : "failed");
        _meter.History.Add(tags, isExpiry: kind == TagInvalidationKind.Expire, isConfirmed: cause is null);
        activity.Outcome(cause is null ? "done" : "failed");
        if (cause is null)
            return;

        if (_failedEvictions.ShouldLog(out var count))
        {
            Log.EvictionFailed(_logger, _connection.Location, FailureReasons.Of(cause), count);
            Log.FailureDetail(_logger, cause);
        }

        throw NotConfirmed(tags, results, cause);
    }

    private static RedisTagCacheUnavailableException NotConfirmed(string[] tags, Exception?[] results, Exception cause)
    {
        int[] unconfirmed = [.. Enumerable.Range(0, results.Length).Where(partition => results[partition] is not null)];
        var where = unconfirmed.Length == results.Length ? "" : $" on {unconfirmed.Length} of {results.Length} partitions ({string.Join(", ", unconfirmed)})";
        return new RedisTagCacheUnavailableException($"Redis did not confirm an eviction of {tags.Length} tags{where}. It is retried until Redis confirms it.", cause)
        {
            Tags = tags,
            UnconfirmedPartitions = unconfirmed,
            ConfirmedPartitions = [.. Enumerable.Range(0, results.Length).Except(unconfirmed)],
        };
    }

    /// <summary>Invalidates the tags in all partitions at once. Returns the result of each.</summary>
    private async Task<Exception?[]> TryInvalidateEverywhereAsync(byte[][] members)
    {
        PartitionMap partitions;
        try
        {
            partitions = await RetryPolicy.Transient.RunAsync(() => _partitions.GetAsync(CancellationToken.None).AsTask(), _time).ConfigureAwait(false);
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            _pending.Add(Everywhere, members);
            _partitions.Unconnected.EvictAll();
            return [e];
        }

        var watches = partitions.Watches;
        if (watches.Length == 1)
            return [await TryInvalidateAsync(watches[0], members).ConfigureAwait(false)];

        // All at once; what that leaves, each with as many tries as it takes.
        var replies = await TryInvalidateAtOnceAsync(partitions, members).ConfigureAwait(false);
        var results = new Exception?[watches.Length];
        await Task.WhenAll(Enumerable.Range(0, results.Length).Where(i => replies[i] is null).Select(async i =>
            results[i] = await TryInvalidateAsync(watches[i], members).ConfigureAwait(false))).ConfigureAwait(false);
        return results;
    }

    private async Task<TagInvalidationReply?[]> TryInvalidateAtOnceAsync(PartitionMap partitions, byte[][] members)
    {
        // What this instance evicts it must be able to repeat: see InvalidateOnceAsync.
        var watches = partitions.Watches;
        if (members.Length > TagInvalidateScript.MaxMembers || watches.Any(static watch => watch.TagState.Known is null || !watch.TagState.IsTrusted))
            return new TagInvalidationReply?[watches.Length];
        try
        {
            var replies = await _commands.TryInvalidateAsync(
                partitions.Keys.Partitions, _settings.TagInvalidationRetention, _settings.MaxTagInvalidations, members).ConfigureAwait(false);
            for (var i = 0; i < replies.Length; i++)
            {
                if (replies[i] is { } reply)
                    Take(watches[i], reply, members);
            }

            return replies;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            return new TagInvalidationReply?[watches.Length];
        }
    }

    /// <summary>Invalidates the tags in one partition. What failed is queued to be retried.</summary>
    private async Task<Exception?> TryInvalidateAsync(PartitionWatch partition, byte[][] members)
    {
        try
        {
            await InvalidateAsync(partition, members).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            ApplyUnconfirmed(partition, members);
            return e;
        }
    }

    /// <summary>What Redis has not confirmed holds in this instance and is queued to be retried, in either case one by one or all at once.</summary>
    private void ApplyUnconfirmed(PartitionWatch partition, byte[][] members)
    {
        if (_pending.Add(partition.Partition.Index, members))
            partition.TagState.ApplyUnconfirmed(members);
        else
            partition.TagState.ApplyUnconfirmedToAll();
    }

    private async Task<bool> RepeatAsync(int partition, IReadOnlyCollection<byte[]> members, CancellationToken cancellationToken)
    {
        try
        {
            var watches = (await _partitions.GetAsync(cancellationToken).ConfigureAwait(false)).Watches;
            if (partition == Everywhere)
            {
                for (var i = 0; i < watches.Length; i++)
                    _pending.Add(i, members);
                _pending.Wake();
                return true;
            }

            if (InvalidationRetryQueue.IsEverything(members))
            {
                await watches[partition].TagState.ForgetAsync(cancellationToken).ConfigureAwait(false);
                return true;
            }

            var invalidating = InvalidateAsync(watches[partition], [.. members]);
            invalidating.Forget();
            await invalidating.WaitAsync(cancellationToken).ConfigureAwait(false);
            BackgroundFault.Ignore(() =>
            {
                _meter.Evictions(members.Count, "any", "retried");
                Log.EvictionsRetried(_logger, members.Count);
            });
            return true;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task InvalidateAsync(PartitionWatch partition, byte[][] members)
    {
        foreach (var chunk in members.Chunk(TagInvalidateScript.MaxMembers))
        {
            var reply = await RetryPolicy.Transient.RunAsync(() => InvalidateOnceAsync(partition, chunk), _time).ConfigureAwait(false);
            Take(partition, reply, chunk);
        }
    }

    /// <summary>Takes over what this instance did. The first partition's epoch tells it from evictions of others.</summary>
    private void Take(PartitionWatch partition, TagInvalidationReply reply, byte[][] members)
    {
        _meter.Sent("eviction");
        if (partition.Partition.Index == 0)
            _meter.History.Claim(reply.After.Epoch);
        partition.TagState.Apply(reply, members);
    }

    private async Task<TagInvalidationReply> InvalidateOnceAsync(PartitionWatch partition, byte[][] members)
    {
        // What this instance evicts it must be able to repeat after a failover: its copy has to exist first.
        var tagState = partition.TagState;
        await tagState.CurrentAsync(CancellationToken.None).ConfigureAwait(false);
        var reply = await _commands.InvalidateAsync(partition.Partition, _settings.TagInvalidationRetention, _settings.MaxTagInvalidations, members, CancellationToken.None)
            .ConfigureAwait(false);
        if (reply is not null)
            return reply;

        await tagState.RenewAsync(CancellationToken.None).ConfigureAwait(false);
        throw new RedisTagCacheUnavailableException("The history of the partition could not be restored.");
    }
}
