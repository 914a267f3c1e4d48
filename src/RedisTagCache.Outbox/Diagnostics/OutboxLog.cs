using Microsoft.Extensions.Logging;

namespace RedisTagCache.Outbox.Diagnostics;

/// <summary>Everything the outbox logs. Tags are never logged: they may be personal data.</summary>
internal static partial class OutboxLog
{
    [LoggerMessage(OutboxLogIds.CommitEvictionFailed, LogLevel.Warning, "Evictions were not confirmed right after their commit. They are in the outbox table, and the background service retries them ({Count} times since the previous line)")]
    public static partial void CommitEvictionFailed(ILogger logger, long count);

    [LoggerMessage(OutboxLogIds.DispatchFailed, LogLevel.Warning, "Evictions of the outbox table were not confirmed. They are retried until Redis responds ({Count} times since the previous line)")]
    public static partial void DispatchFailed(ILogger logger, long count);

    [LoggerMessage(OutboxLogIds.DatabaseFailed, LogLevel.Warning, "The outbox table could not be read or changed, so evictions wait. Check the database, and whether the table exists ({Count} times since the previous line)")]
    public static partial void DatabaseFailed(ILogger logger, long count);

    [LoggerMessage(OutboxLogIds.RowSetAside, LogLevel.Error, "A tag in the outbox table was rejected, so the row {Id} was set aside. Its other tags were evicted. Correct the row and set its column 'error' to null, or delete it ({Count} since the previous line)")]
    public static partial void RowSetAside(ILogger logger, Exception exception, long id, long count);

    [LoggerMessage(OutboxLogIds.FailureDetail, LogLevel.Debug, "The exception of the previous line")]
    public static partial void FailureDetail(ILogger logger, Exception exception);
}
