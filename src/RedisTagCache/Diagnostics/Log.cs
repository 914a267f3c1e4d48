using Microsoft.Extensions.Logging;

namespace RedisTagCache.Diagnostics;

/// <summary>Everything the cache logs. Keys, tags and payloads are never logged: they may be personal data.</summary>
internal static partial class Log
{
    [LoggerMessage(LogIds.BuildNamespaceResolved, LogLevel.Information, "Entries isolated by build use the namespace {BuildNamespace} (from {Source})")]
    public static partial void BuildNamespaceResolved(ILogger logger, string buildNamespace, string source);

    [LoggerMessage(LogIds.ConnectFailed, LogLevel.Warning, "No connection to Redis; it is tried again by the calls that follow ({Count} tries since the last such line)")]
    public static partial void ConnectFailed(ILogger logger, Exception exception, long count);

    [LoggerMessage(LogIds.LayoutAgreed, LogLevel.Information, "The keys are spread over {Partitions} partitions")]
    public static partial void LayoutAgreed(ILogger logger, int partitions);

    [LoggerMessage(LogIds.CircuitOpened, LogLevel.Warning, "Redis does not answer: look-ups are misses and writes are dropped, without waiting, until it answers again")]
    public static partial void CircuitOpened(ILogger logger, Exception? exception);

    [LoggerMessage(LogIds.CircuitClosed, LogLevel.Information, "Redis answers again")]
    public static partial void CircuitClosed(ILogger logger);

    [LoggerMessage(LogIds.SubscriptionsNotSupported, LogLevel.Warning, "The connection to Redis does not support subscriptions, as with a proxy. Changes by other instances are found by polling, within two seconds")]
    public static partial void SubscriptionsNotSupported(ILogger logger, Exception exception);

    [LoggerMessage(LogIds.LookupFailed, LogLevel.Warning, "Look-ups failed and were answered as misses ({Count} since the last such line)")]
    public static partial void LookupFailed(ILogger logger, Exception? exception, long count);

    [LoggerMessage(LogIds.WriteDropped, LogLevel.Warning, "Writes were dropped ({Count} since the last such line)")]
    public static partial void WriteDropped(ILogger logger, Exception? exception, long count);

    [LoggerMessage(LogIds.WriteRefused, LogLevel.Debug, "A write was refused: its value may be older than an eviction")]
    public static partial void WriteRefused(ILogger logger);

    [LoggerMessage(LogIds.EntryDamaged, LogLevel.Warning, "Entries were damaged, foreign or of a later version, and were answered as misses ({Count} since the last such line)")]
    public static partial void EntryDamaged(ILogger logger, long count);

    [LoggerMessage(LogIds.BackgroundCommandFailed, LogLevel.Debug, "A command that nobody waits for failed")]
    public static partial void BackgroundCommandFailed(ILogger logger, Exception exception);

    [LoggerMessage(LogIds.BackgroundStepFailed, LogLevel.Error, "A background task of the cache failed for another reason than Redis. It continues after a pause. Check the application's loggers, metric listeners and event handlers")]
    public static partial void BackgroundStepFailed(ILogger logger, Exception exception);

    [LoggerMessage(LogIds.EvictionsCoarsened, LogLevel.Warning, "More evictions or removals waited for Redis than are kept one by one. All entries of the partitions concerned were evicted instead")]
    public static partial void EvictionsCoarsened(ILogger logger);

    [LoggerMessage(LogIds.EvictionFailed, LogLevel.Warning, "Redis did not confirm evictions; they are repeated until it does ({Count} since the last such line)")]
    public static partial void EvictionFailed(ILogger logger, Exception exception, long count);

    [LoggerMessage(LogIds.EvictionsRepeated, LogLevel.Information, "Evictions that Redis had not confirmed were repeated: {Count} tags")]
    public static partial void EvictionsRepeated(ILogger logger, int count);

    [LoggerMessage(LogIds.MarksHealed, LogLevel.Warning, "Redis had lost evictions that this instance knows of; they were repeated: {Count} tags")]
    public static partial void MarksHealed(ILogger logger, int count);

    [LoggerMessage(LogIds.MirrorRebuilt, LogLevel.Debug, "The copy of partition {Partition} was rebuilt with {Count} marks")]
    public static partial void MirrorRebuilt(ILogger logger, int partition, int count);

    [LoggerMessage(LogIds.SyncFailed, LogLevel.Debug, "The copy of partition {Partition} could not be synchronized")]
    public static partial void SyncFailed(ILogger logger, Exception exception, int partition);

    [LoggerMessage(LogIds.GenerationBegan, LogLevel.Warning, "Partition {Partition} had lost its history in Redis and began anew: entries with tags from before count as evicted")]
    public static partial void GenerationBegan(ILogger logger, int partition);

    [LoggerMessage(LogIds.RemovalsRepeated, LogLevel.Information, "Removals that Redis had not confirmed were repeated: {Count} values")]
    public static partial void RemovalsRepeated(ILogger logger, int count);

    [LoggerMessage(LogIds.RefreshFailed, LogLevel.Warning, "A value could not be refreshed; the old one is given out ({Count} since the last such line)")]
    public static partial void RefreshFailed(ILogger logger, Exception exception, long count);

    [LoggerMessage(LogIds.FactoryFailedSafe, LogLevel.Warning, "A factory failed or took too long; an old value was given out ({Count} since the last such line)")]
    public static partial void FactoryFailedSafe(ILogger logger, Exception? exception, long count);

    [LoggerMessage(LogIds.ValueNotKept, LogLevel.Warning, "Values were computed and not kept, the last for {Reason} ({Count} since the last such line)")]
    public static partial void ValueNotKept(ILogger logger, Exception? exception, BypassReason reason, long count);

    [LoggerMessage(LogIds.ValueUnreadable, LogLevel.Warning, "Values could not be deserialized and are computed anew ({Count} since the last such line)")]
    public static partial void ValueUnreadable(ILogger logger, Exception exception, long count);

    [LoggerMessage(LogIds.ObserverFailed, LogLevel.Warning, "The application's own observer of the cache threw ({Count} since the last such line)")]
    public static partial void ObserverFailed(ILogger logger, Exception exception, long count);
}
