using RedisTagCache.Connection;
using RedisTagCache.Diagnostics.Counters;
using RedisTagCache.Invalidation;
using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Management.Internal;

/// <summary>Hands out what was counted, and asks Redis how it is.</summary>
internal sealed class TagCacheStatistics(
    CacheStatistics statistics, PartitionSet partitions, RedisConnection connection, InspectionCommands commands, LayoutAgreement layout, BuildOrigin build, bool isEnabled, TimeSpan timeout, TimeProvider time) : ITagCacheStatistics
{
    /// <inheritdoc/>
    public RedisTagCacheSnapshot GetSnapshot()
    {
        statistics.Evictions.Confirm(IsOwed);
        return statistics.Read();
    }

    /// <inheritdoc/>
    public async ValueTask<RedisTagCacheStatus> CheckAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RoundTrip? answer = null;
        string? failure = null;
        try
        {
            if (isEnabled)
            {
                // It waits for the connection and for the answer: both together within the timeout.
                var asking = commands.AskAsync(cancellationToken);
                asking.Forget();
                answer = await asking.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            failure = e is RedisTagCacheUnavailableException { InnerException: { } inner } ? inner.GetType().Name : e.GetType().Name;
        }

        var last = statistics.LastFailure;
        return new RedisTagCacheStatus
        {
            IsEnabled = isEnabled,
            IsAnswering = answer is not null,
            HasConnected = connection.HasConnected,
            RoundTrip = answer?.Duration,
            IsCircuitOpen = statistics.Circuit() != 0,
            UntrustedPartitions = statistics.Untrusted(),
            SilentPartitions = statistics.Silent(),
            Partitions = layout.Agreed?.Count,
            BuildNamespace = build.Name,
            BuildNamespaceSource = build.Source,
            ServerKind = answer?.ServerKind,
            ServerVersion = answer?.ServerVersion,
            LastFailureAt = failure is not null ? time.GetUtcNow() : last?.At,
            LastFailure = failure ?? last?.Type,
        };
    }

    /// <summary>Returns whether Redis has not confirmed an eviction of a tag by this instance. Before the first connection, it has confirmed none.</summary>
    private bool IsOwed(string tag, bool isExpiry)
    {
        if (!partitions.TryGet(out var known))
            return true;
        var id = TagId.Of(tag, nameof(tag));
        foreach (var watch in known.Watches)
        {
            var unconfirmed = watch.TagState.UnconfirmedAt(0);
            if (unconfirmed.IsEvictedHere(id) || (isExpiry && unconfirmed.IsExpiredHere(id)))
                return true;
        }

        return false;
    }
}
