using Microsoft.Extensions.Logging;

namespace RedisTagCache.EntityFrameworkCore.Diagnostics;

/// <summary>Everything the package for Entity Framework logs. Tags are never logged: they may be personal data.</summary>
internal static partial class EntityFrameworkLog
{
    [LoggerMessage(EntityFrameworkLogIds.BulkWithoutEviction, LogLevel.Warning, "ExecuteUpdate or ExecuteDelete changed rows of {Entity}, which is mapped to tags, but nothing was evicted. Call EvictOnCommit or ExpireOnCommit before or after it in the same transaction ({Count} since the previous line)")]
    public static partial void BulkWithoutEviction(ILogger logger, string entity, long count);

    [LoggerMessage(EntityFrameworkLogIds.QueuedWithoutCommit, LogLevel.Warning, "EvictOnCommit or ExpireOnCommit was called, but the context neither committed a transaction nor saved changes after it, so nothing was evicted ({Count} since the previous line)")]
    public static partial void QueuedWithoutCommit(ILogger logger, long count);
}
