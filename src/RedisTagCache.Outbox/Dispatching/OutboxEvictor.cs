using RedisTagCache.Outbox.Storage;

namespace RedisTagCache.Outbox.Dispatching;

/// <summary>Evicts and expires the tags of rows, each call for a limited time.</summary>
/// <param name="store">The cache.</param>
/// <param name="isEnabled">Whether the cache is enabled.</param>
/// <param name="timeout">The operation timeout of the cache.</param>
/// <param name="time">The clock of timeouts.</param>
internal sealed class OutboxEvictor(ITagCacheStore store, bool isEnabled, TimeSpan timeout, TimeProvider time)
{
    /// <summary>Gets whether the cache is enabled. If not, evictions have no effect, so the rows are left to instances where it is, or to a later start.</summary>
    public bool IsEnabled => isEnabled;

    /// <summary>Gets how long a call takes at most.</summary>
    public TimeSpan Timeout => timeout;

    /// <summary>Returns whether an exception means that Redis is not available, so that other rows would fail too.</summary>
    public static bool IsOutage(Exception exception) => exception is RedisTagCacheUnavailableException or TimeoutException;

    /// <summary>Returns whether an exception means that a row can never be evicted.</summary>
    public static bool IsRejection(Exception exception) => exception is ArgumentException or FormatException;

    /// <summary>Evicts the tags of rows with one action.</summary>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm it.</exception>
    /// <exception cref="TimeoutException">It took too long. It goes on.</exception>
    /// <exception cref="ArgumentException">A tag was rejected.</exception>
    /// <exception cref="FormatException">A row has no list of tags.</exception>
    public Task EvictAsync(OutboxAction action, IEnumerable<OutboxRow> rows) => EvictTagsAsync(action, [.. rows.SelectMany(static row => TagList.Read(row.Tags))]);

    /// <summary>Evicts what can be evicted of a row, one tag after the other.</summary>
    /// <returns>Why a tag was rejected. Nothing if none was.</returns>
    public async Task<Exception?> EvictOneByOneAsync(OutboxRow row)
    {
        var tags = TagList.ReadValid(row.Tags, out var unreadable);
        Exception? rejection = unreadable;
        foreach (var tag in tags)
        {
            try
            {
                await EvictTagsAsync(row.Action, [tag]).ConfigureAwait(false);
            }
            catch (Exception e) when (IsRejection(e))
            {
                rejection = e;
            }
        }

        return rejection;
    }

    private async Task EvictTagsAsync(OutboxAction action, string[] tags)
    {
        var evicting = action switch
        {
            OutboxAction.Evict => store.EvictByTagAsync(tags, CancellationToken.None),
            OutboxAction.Expire => store.ExpireByTagAsync(tags, CancellationToken.None),
            _ => throw new FormatException($"The action must be {(int)OutboxAction.Evict} or {(int)OutboxAction.Expire}, but was {(int)action}."),
        };
        var task = evicting.AsTask();
        _ = task.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default); // observed, also after the timeout
        await task.WaitAsync(timeout, time).ConfigureAwait(false);
    }
}
