using RedisTagCache.Diagnostics;
using RedisTagCache.Redis;
using RedisTagCache.Redis.Scripts;

namespace RedisTagCache.Store;

internal sealed partial class TagCacheStore
{
    /// <inheritdoc/>
    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken = default) =>
        MarkAsync(MarkKind.Hard, [tag], nameof(tag), cancellationToken);

    /// <inheritdoc/>
    public ValueTask EvictByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default) =>
        MarkAsync(MarkKind.Hard, tags, nameof(tags), cancellationToken);

    /// <inheritdoc/>
    public ValueTask ExpireByTagAsync(string tag, CancellationToken cancellationToken = default) =>
        MarkAsync(MarkKind.Soft, [tag], nameof(tag), cancellationToken);

    /// <inheritdoc/>
    public ValueTask ExpireByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default) =>
        MarkAsync(MarkKind.Soft, tags, nameof(tags), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(CacheEntryKey key, CancellationToken cancellationToken = default)
    {
        Validate(key);
        var outcome = "failed";
        try
        {
            await _commands.RemoveAsync(_keys.Locate(key), cancellationToken).ConfigureAwait(false);
            outcome = "done";
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) && !cancellationToken.IsCancellationRequested)
        {
            throw RemovalFailed(e);
        }
        finally
        {
            _meter.Removal(key.Surface, outcome);
        }
    }

    /// <summary>The same on the client's synchronous path.</summary>
    public void Remove(CacheEntryKey key)
    {
        Validate(key);
        var outcome = "failed";
        try
        {
            _commands.Remove(_keys.Locate(key));
            outcome = "done";
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            throw RemovalFailed(e);
        }
        finally
        {
            _meter.Removal(key.Surface, outcome);
        }
    }

    private static RedisTagCacheUnavailableException RemovalFailed(Exception e) => new("Redis did not confirm the removal of an entry.", e);

    private ValueTask MarkAsync(MarkKind kind, IEnumerable<string> tags, string parameter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tags, parameter);
        byte[][] members = [.. tags.Distinct(StringComparer.Ordinal).Select(tag => TagId.Member(kind, TagId.Of(tag, parameter)))];
        if (members.Length == 0)
            return default;

        // The caller may stop waiting (its request was aborted), the eviction goes on: what it follows has happened.
        var marking = MarkEverywhereAsync(kind, members);
        marking.Forget();
        return new ValueTask(marking.WaitAsync(cancellationToken));
    }

    private async Task MarkEverywhereAsync(MarkKind kind, byte[][] members)
    {
        var name = kind == MarkKind.Hard ? "hard" : "soft";
        using var activity = CacheActivity.Evict(name, members.Length);
        var results = await Task.WhenAll(_mirrors.Select((_, partition) => TryMarkAsync(partition, members))).ConfigureAwait(false);
        var failures = results.OfType<Exception>().ToArray();
        _meter.Evictions(members.Length, name, failures.Length == 0 ? "done" : "failed");
        activity.Outcome(failures.Length == 0 ? "done" : "failed");
        if (failures.Length == 0)
            return;

        Log.EvictionFailed(_logger, failures[0], members.Length);
        throw new RedisTagCacheUnavailableException(
            $"Redis did not confirm an eviction of {members.Length} tags on {failures.Length} of {_mirrors.Length} partitions. It is repeated until Redis does.",
            failures[0]);
    }

    /// <summary>Marks in one partition; what failed is kept to be repeated.</summary>
    private async Task<Exception?> TryMarkAsync(int partition, byte[][] members)
    {
        try
        {
            await MarkAsync(partition, members).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e))
        {
            _mirrors[partition].Presume(members);
            _pending.Add(partition, members);
            return e;
        }
    }

    private async Task<bool> RepeatAsync(int partition, IReadOnlyCollection<byte[]> members, CancellationToken cancellationToken)
    {
        try
        {
            await MarkAsync(partition, [.. members]).WaitAsync(cancellationToken).ConfigureAwait(false);
            _meter.Evictions(members.Count, "any", "repeated");
            Log.EvictionsRepeated(_logger, members.Count);
            return true;
        }
        catch (Exception e) when (RedisFailure.IsRedis(e) && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task MarkAsync(int partition, byte[][] members)
    {
        foreach (var chunk in members.Chunk(TagMarkScript.MostMembers))
            _mirrors[partition].Apply(await Retry.RunAsync(() => MarkOnceAsync(partition, chunk), _time).ConfigureAwait(false), chunk);
    }

    private async Task<MarkReply> MarkOnceAsync(int partition, byte[][] members)
    {
        // What this instance evicts it must be able to repeat after a failover: its copy has to exist first.
        var mirror = _mirrors[partition];
        await mirror.CurrentAsync(CancellationToken.None).ConfigureAwait(false);
        var reply = await _commands.MarkAsync(_keys.Partitions[partition], _settings.MarkRetention, _settings.MaximumMarks, members, CancellationToken.None)
            .ConfigureAwait(false);
        if (reply is not null)
            return reply;

        await mirror.RenewAsync(CancellationToken.None).ConfigureAwait(false);
        throw new RedisTagCacheUnavailableException("The partition did not become whole.");
    }
}
