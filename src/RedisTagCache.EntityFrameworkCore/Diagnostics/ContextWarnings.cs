using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using RedisTagCache.Outbox.Dispatching;

namespace RedisTagCache.EntityFrameworkCore.Diagnostics;

/// <summary>What the contexts of one outbox warn of, at most once in ten seconds each.</summary>
internal sealed class ContextWarnings(ILogger logger)
{
    private static readonly ConditionalWeakTable<TagCacheOutbox, ContextWarnings> _all = [];

    private readonly LogThrottle _bulk = new(TimeProvider.System);
    private readonly LogThrottle _queued = new(TimeProvider.System);

    /// <summary>Returns the warnings of an outbox.</summary>
    public static ContextWarnings Of(TagCacheOutbox outbox, ILoggerFactory loggers) => _all.GetValue(outbox, _ => new ContextWarnings(loggers.CreateLogger("RedisTagCache.EntityFrameworkCore")));

    /// <summary>Warns that rows were changed without the tracker, and no eviction was queued.</summary>
    public void BulkWithoutEviction(string entity) => BackgroundFault.Ignore(() =>
    {
        if (_bulk.ShouldLog(out var count))
            EntityFrameworkLog.BulkWithoutEviction(logger, entity, count);
    });

    /// <summary>Warns that evictions were queued, and nothing committed them.</summary>
    public void QueuedWithoutCommit() => BackgroundFault.Ignore(() =>
    {
        if (_queued.ShouldLog(out var count))
            EntityFrameworkLog.QueuedWithoutCommit(logger, count);
    });
}
