using Microsoft.Extensions.Logging;
using RedisTagCache.Commands;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Scripts;
using RedisTagCache.Tags;

namespace RedisTagCache.Invalidation;

/// <summary>
/// Evicts and expires entries by their tags: a partition stores, for each evicted tag, the epoch of the eviction (its tag invalidation). An eviction that Redis does not
/// confirm applies in this instance, and is retried until Redis confirms it.
/// </summary>
internal sealed class TagInvalidator : IDisposable
{
    /// <summary>In place of a partition, for what is to be retried before it is known which there are.</summary>
    private const int Everywhere = -1;

    private readonly PartitionSet _partitions;
    private readonly RedisConnection _connection;
    private readonly RedisCircuits _circuits;
    private readonly RedisCommands _commands;
    private readonly StoreSettings _settings;
    private readonly TimeProvider _time;
    private readonly CacheMeter _meter;
    private readonly ILogger<TagInvalidator> _logger;
    private readonly InvalidationRetryQueue _pending;
    private readonly LogThrottle _failedEvictions;

    public TagInvalidator(
        PartitionSet partitions,
        RedisConnection connection,
        RedisCircuits circuits,
        RedisCommands commands,
        StoreSettings settings,
        TimeProvider time,
        CacheMeter meter,
        ILogger<TagInvalidator> logger)
    {
        _partitions = partitions;
        _connection = connection;
        _circuits = circuits;
        _commands = commands;
        _settings = settings;
        _time = time;
        _meter = meter;
        _logger = logger;
        _pending = new InvalidationRetryQueue(RepeatAsync, time, logger);
        _failedEvictions = new LogThrottle(time);
        connection.Restored += OnBack;
        circuits.Closed += OnBack;
    }

    /// <summary>Invalidates tags. It goes on if the caller stops waiting.</summary>
    /// <param name="kind">What becomes of the entries.</param>
    /// <param name="tags">The tags.</param>
    /// <param name="parameter">The name of the caller's parameter.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm it.</exception>
    public ValueTask InvalidateAsync(TagInvalidationKind kind, IEnumerable<string> tags, string parameter, CancellationToken cancellationToken)
    {
        string[] distinct = [.. tags.Distinct(StringComparer.OrdinalIgnoreCase)];
        byte[][] members = [.. distinct.SelectMany(tag => TagId.MembersOf(kind, TagId.Of(tag, parameter)))];
        if (members.Length == 0)
            return default;

        // The caller may stop waiting (its request was aborted), the eviction goes on: what it follows has happened.
        var invalidating = InvalidateEverywhereAsync(kind, distinct, members);
        invalidating.Forget();
        return new ValueTask(invalidating.WaitAsync(cancellationToken));
    }

    private async Task InvalidateEverywhereAsync(TagInvalidationKind kind, string[] tags, byte[][] members)
    {
        var detail = kind == TagInvalidationKind.Evict ? CacheEventDetail.Evict : CacheEventDetail.Expire;
        using var activity = CacheActivity.Evict(_meter, detail, tags.Length);
        var results = await TryInvalidateEverywhereAsync(members).ConfigureAwait(false);
        var cause = results.FirstOrDefault(static result => result is not null);
        var outcome = cause is null ? CacheOutcome.Done : CacheOutcome.Failed;
        _meter.Evictions(tags.Length, detail, outcome);
        _meter.History.Add(tags, isExpiry: kind == TagInvalidationKind.Expire, isConfirmed: cause is null);
        activity.Outcome(outcome);
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
            ApplyUnconnected(members);
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

    /// <summary>
    /// What Redis has not confirmed holds in this instance and is queued to be retried, in either case one by one or all at once. It holds first: a retry that is confirmed ends what held before
    /// the retry began.
    /// </summary>
    private void ApplyUnconfirmed(PartitionWatch partition, byte[][] members)
    {
        partition.TagState.ApplyUnconfirmed(members);
        if (_pending.Add(partition.Partition.Index, members))
            return;
        partition.TagState.ApplyUnconfirmedToAll();
        _pending.AddEverything(partition.Partition.Index);
    }

    /// <summary>The same before it is known which partitions there are.</summary>
    private void ApplyUnconnected(byte[][] members)
    {
        if (_partitions.Unconnected.TryEvict(members))
        {
            if (_pending.Add(Everywhere, members))
                return;
            if (_partitions.Unconnected.TryEvictEverything())
            {
                _pending.AddEverything(Everywhere);
                return;
            }
        }

        foreach (var partition in _partitions.Watches)
            ApplyUnconfirmed(partition, members);
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

            var tagState = watches[partition].TagState;
            var before = tagState.UnconfirmedCount;
            if (InvalidationRetryQueue.IsEverything(members))
            {
                await tagState.ForgetAsync(cancellationToken).ConfigureAwait(false);
                tagState.ConfirmAll(before);
                return true;
            }

            var invalidating = InvalidateAsync(watches[partition], [.. members]);
            invalidating.Forget();
            await invalidating.WaitAsync(cancellationToken).ConfigureAwait(false);
            tagState.Confirm(members, before);
            BackgroundFault.Ignore(() =>
            {
                _meter.Evictions(members.Count, CacheEventDetail.Any, CacheOutcome.Retried);
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

    /// <summary>Records an eviction by this instance. The first partition's epoch distinguishes it from evictions by others.</summary>
    private void Take(PartitionWatch partition, TagInvalidationReply reply, byte[][] members)
    {
        _meter.Sent(CacheEventDetail.Eviction);
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

    private void OnBack() => _pending.Wake();

    public void Dispose()
    {
        _connection.Restored -= OnBack;
        _circuits.Closed -= OnBack;
        _pending.Dispose();
    }
}
