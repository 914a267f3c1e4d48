using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics.Advice;

namespace RedisTagCache.Diagnostics;

/// <summary>Everything the cache logs. Keys, tags and payloads are never logged: they may be personal data.</summary>
internal static partial class Log
{
    [LoggerMessage(LogIds.BuildNamespaceResolved, LogLevel.Information, "Entries of the cache '{Cache}' that are isolated by build use the namespace {BuildNamespace} (from {Source})")]
    public static partial void BuildNamespaceResolved(ILogger logger, string cache, string buildNamespace, string source);

    [LoggerMessage(LogIds.CachesRegistered, LogLevel.Information, "HybridCache is {HybridCache}, IDistributedCache is {DistributedCache}, and output caching uses {Pages}")]
    public static partial void CachesRegistered(ILogger logger, string hybridCache, string distributedCache, string pages);

    [LoggerMessage(LogIds.CacheDisabled, LogLevel.Warning, "The cache '{Cache}' is disabled by its option Enabled. Nothing is cached, and evictions have no effect")]
    public static partial void CacheDisabled(ILogger logger, string cache);

    [LoggerMessage(LogIds.ConnectFailed, LogLevel.Warning, "There is no connection to Redis at {Location}: {Reason}. Lookups miss and writes are skipped; later calls try again ({Count} attempts since the previous line)")]
    public static partial void ConnectFailed(ILogger logger, RedisLocation location, FailureReason reason, long count);

    [LoggerMessage(LogIds.AuthenticationFailed, LogLevel.Warning, "Redis at {Location} rejected the user name or the password. Correct user= and password= in the connection string ({Count} times since the previous line)")]
    public static partial void AuthenticationFailed(ILogger logger, RedisLocation location, long count);

    [LoggerMessage(LogIds.ConnectionReplaced, LogLevel.Warning, "The connection to Redis at {Location} was replaced: no reply arrived on it for {Seconds} s, but the server responds on a new one")]
    public static partial void ConnectionReplaced(ILogger logger, RedisLocation location, long seconds);

    [LoggerMessage(LogIds.FailureDetail, LogLevel.Debug, "The exception behind the previous line")]
    public static partial void FailureDetail(ILogger logger, Exception exception);

    [LoggerMessage(LogIds.LayoutAgreed, LogLevel.Information, "The keys are spread over {Partitions} partitions")]
    public static partial void LayoutAgreed(ILogger logger, int partitions);

    [LoggerMessage(LogIds.CircuitOpened, LogLevel.Warning, "Redis at {Location} is not responding ({Reason}), so the circuit breaker opened. Lookups miss and writes are skipped until Redis responds")]
    public static partial void CircuitOpened(ILogger logger, RedisLocation location, FailureReason reason);

    [LoggerMessage(LogIds.CircuitClosed, LogLevel.Information, "Redis at {Location} responds again, so the circuit breaker closed")]
    public static partial void CircuitClosed(ILogger logger, RedisLocation location);

    [LoggerMessage(LogIds.SubscriptionsNotSupported, LogLevel.Warning, "The connection to Redis does not support subscriptions, as with a proxy. Changes by other instances are found by polling, within two seconds")]
    public static partial void SubscriptionsNotSupported(ILogger logger, Exception exception);

    [LoggerMessage(LogIds.LookupFailed, LogLevel.Warning, "Lookups in Redis at {Location} failed and were answered as misses, the last because of: {Reason} ({Count} since the previous line)")]
    public static partial void LookupFailed(ILogger logger, RedisLocation location, FailureReason reason, long count);

    [LoggerMessage(LogIds.WriteSkipped, LogLevel.Warning, "Writes to Redis at {Location} were skipped, the last because of: {Reason} ({Count} since the previous line)")]
    public static partial void WriteSkipped(ILogger logger, RedisLocation location, FailureReason reason, long count);

    [LoggerMessage(LogIds.WriteRejected, LogLevel.Debug, "A write was rejected because its value may be older than an eviction")]
    public static partial void WriteRejected(ILogger logger);

    [LoggerMessage(LogIds.EntryDamaged, LogLevel.Warning, "Entries were damaged, foreign, in another format or written for another key, and were treated as misses ({Count} since the previous line)")]
    public static partial void EntryDamaged(ILogger logger, long count);

    [LoggerMessage(LogIds.BackgroundCommandFailed, LogLevel.Debug, "A background command failed")]
    public static partial void BackgroundCommandFailed(ILogger logger, Exception exception);

    [LoggerMessage(LogIds.BackgroundStepFailed, LogLevel.Error, "A background task of the cache failed for another reason than Redis. It continues after a pause. Check the application's loggers, metric listeners and event handlers ({Count} since the previous line)")]
    public static partial void BackgroundStepFailed(ILogger logger, Exception exception, long count);

    [LoggerMessage(LogIds.EvictionsCoarsened, LogLevel.Warning, "More evictions or removals waited for Redis than are kept one by one. All entries of the partitions concerned were evicted instead")]
    public static partial void EvictionsCoarsened(ILogger logger);

    [LoggerMessage(LogIds.EvictionFailed, LogLevel.Warning, "Redis at {Location} did not confirm evictions, the last because of: {Reason}. They are retried until it does ({Count} since the previous line)")]
    public static partial void EvictionFailed(ILogger logger, RedisLocation location, FailureReason reason, long count);

    [LoggerMessage(LogIds.EvictionsRetried, LogLevel.Information, "Redis confirmed evictions that were retried: {Count} tags")]
    public static partial void EvictionsRetried(ILogger logger, int count);

    [LoggerMessage(LogIds.EvictionsRecovered, LogLevel.Warning, "Redis had lost evictions that this instance knows of, so they were applied again: {Count} tags")]
    public static partial void EvictionsRecovered(ILogger logger, int count);

    [LoggerMessage(LogIds.EvictionsDisabled, LogLevel.Information, "Evictions have no effect, because the cache '{Cache}' is disabled")]
    public static partial void EvictionsDisabled(ILogger logger, string cache);

    [LoggerMessage(LogIds.TagStateRebuilt, LogLevel.Debug, "The tag state of {Partition} was rebuilt with {Count} tag invalidations")]
    public static partial void TagStateRebuilt(ILogger logger, PartitionName partition, int count);

    [LoggerMessage(LogIds.SyncFailed, LogLevel.Debug, "The tag state of {Partition} could not be synchronized")]
    public static partial void SyncFailed(ILogger logger, Exception exception, PartitionName partition);

    [LoggerMessage(LogIds.GenerationBegan, LogLevel.Warning, "Redis had lost the history of evictions of {Partition} and began a new one: entries with tags from before count as evicted")]
    public static partial void GenerationBegan(ILogger logger, PartitionName partition);

    [LoggerMessage(LogIds.RemovalsRetried, LogLevel.Information, "Redis confirmed removals that were retried: {Count} values")]
    public static partial void RemovalsRetried(ILogger logger, int count);

    [LoggerMessage(LogIds.RefreshFailed, LogLevel.Warning, "A value could not be refreshed, so the old one is returned ({Count} since the previous line)")]
    public static partial void RefreshFailed(ILogger logger, Exception exception, long count);

    [LoggerMessage(LogIds.FactoryFailedSafe, LogLevel.Warning, "A factory failed or took too long, so an old value was returned ({Count} since the previous line)")]
    public static partial void FactoryFailedSafe(ILogger logger, Exception? exception, long count);

    [LoggerMessage(LogIds.ValueNotKept, LogLevel.Warning, "Values were computed but not stored, the last because of: {Reason} ({Count} since the previous line)")]
    public static partial void ValueNotKept(ILogger logger, Exception? exception, CacheEventDetail reason, long count);

    [LoggerMessage(LogIds.ValueUnreadable, LogLevel.Warning, "Values could not be deserialized and are computed again ({Count} since the previous line)")]
    public static partial void ValueUnreadable(ILogger logger, Exception exception, long count);

    [LoggerMessage(LogIds.ObserverFailed, LogLevel.Warning, "RedisTagCacheOptions.OnEvent threw an exception ({Count} since the previous line)")]
    public static partial void ObserverFailed(ILogger logger, Exception exception, long count);

    [LoggerMessage(LogIds.MemoryNotFreed, LogLevel.Warning, "Redis at {Location} uses {Used} of {Limit} bytes of memory, and its policy is noeviction: " + MemoryAdvice.NoEvictionEffect + ". " + MemoryAdvice.NoEvictionRemedy + " See {Page}")]
    public static partial void MemoryNotFreed(ILogger logger, RedisLocation location, long used, long limit, DocumentationLink page);

    [LoggerMessage(LogIds.TagInvalidationsAtRisk, LogLevel.Warning, "Redis at {Location} has a memory limit of {Limit} bytes, which is small for {Tags} tag invalidations, and its policy drops any key: " + MemoryAdvice.AnyKeyEffect + ". " + MemoryAdvice.AnyKeyRemedy + " See {Page}")]
    public static partial void TagInvalidationsAtRisk(ILogger logger, RedisLocation location, long limit, int tags, DocumentationLink page);

    [LoggerMessage(LogIds.ChannelPrefixSet, LogLevel.Warning, "The connection to Redis at {Location} has a channelPrefix: " + ConnectionAdvice.ChannelPrefixEffect + ". " + ConnectionAdvice.ChannelPrefixRemedy + " See {Page}")]
    public static partial void ChannelPrefixSet(ILogger logger, RedisLocation location, DocumentationLink page);

    [LoggerMessage(LogIds.CallsQueued, LogLevel.Warning, "The connection to Redis at {Location} queues calls: " + ConnectionAdvice.QueueEffect + ". The timeout is {Timeout} ms. " + ConnectionAdvice.QueueRemedy + " See {Page}")]
    public static partial void CallsQueued(ILogger logger, RedisLocation location, long timeout, DocumentationLink page);

    [LoggerMessage(LogIds.PersistenceFailing, LogLevel.Warning, "Redis at {Location} " + ServerAdvice.PersistenceEffect + ". " + ServerAdvice.PersistenceRemedy + " See {Page}")]
    public static partial void PersistenceFailing(ILogger logger, RedisLocation location, DocumentationLink page);

    [LoggerMessage(LogIds.ServerTooOld, LogLevel.Warning, "The version of Redis at {Location} is {Major}.{Minor}. " + ServerAdvice.VersionRemedy + " See {Page}")]
    public static partial void ServerTooOld(ILogger logger, RedisLocation location, int major, int minor, DocumentationLink page);

    [LoggerMessage(LogIds.ClocksApart, LogLevel.Warning, "The clock of Redis at {Location} differs from the clock of this machine by {Seconds} s. " + ServerAdvice.ClockEffect + " " + ServerAdvice.ClockRemedy + " See {Page}")]
    public static partial void ClocksApart(ILogger logger, RedisLocation location, long seconds, DocumentationLink page);

    [LoggerMessage(LogIds.PrimariesUnrelated, LogLevel.Warning, "Redis at {Location} has {Primaries} primaries that do not know each other: " + ConnectionAdvice.UnrelatedEffect + ". " + ConnectionAdvice.UnrelatedRemedy + " See {Page}")]
    public static partial void PrimariesUnrelated(ILogger logger, RedisLocation location, int primaries, DocumentationLink page);

    [LoggerMessage(LogIds.TooFewPartitions, LogLevel.Warning, "Redis at {Location} is a cluster of {Primaries} primaries, and the number of partitions is {Partitions}: " + ConnectionAdvice.TooFewPartitionsEffect + ". " + ConnectionAdvice.TooFewPartitionsRemedy + " See {Page}")]
    public static partial void TooFewPartitions(ILogger logger, RedisLocation location, int primaries, int partitions, DocumentationLink page);

    [LoggerMessage(LogIds.SettingsChecked, LogLevel.Debug, "The settings of Redis at {Location} were checked on {Primaries} primaries. {Silent} of them did not report their memory, persistence, version, and clock to this user")]
    public static partial void SettingsChecked(ILogger logger, RedisLocation location, int primaries, int silent);
}

/// <summary>Why something failed, in a few words without keys, tags, payloads and passwords.</summary>
internal readonly record struct FailureReason(string Text)
{
    public override string ToString() => Text;
}

/// <summary>A partition as log lines name it; the only one has no number.</summary>
internal readonly record struct PartitionName(int? Number)
{
    public override string ToString() => Number is { } number ? $"partition {number}" : "the cache";
}

/// <summary>Formats the location of a cache for log lines: addresses without credentials, and the prefix.</summary>
internal readonly record struct RedisLocation(string Addresses, string KeyPrefix)
{
    public override string ToString() => $"{Addresses} (key prefix '{KeyPrefix}')";
}
