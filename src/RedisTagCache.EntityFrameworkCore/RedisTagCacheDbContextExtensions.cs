using Microsoft.EntityFrameworkCore.Infrastructure;
using RedisTagCache.EntityFrameworkCore;
using RedisTagCache.EntityFrameworkCore.Saving;
using RedisTagCache.Outbox;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Provides extension methods that evict tags for changes that a context does not track.</summary>
public static class RedisTagCacheDbContextExtensions
{
    /// <summary>
    /// Evicts tags when the current transaction of the context commits, or with its next <c>SaveChanges</c> if there is no transaction. Use it for what <c>ExecuteUpdate</c>, <c>ExecuteDelete</c> and raw SQL change, in the same transaction.
    /// </summary>
    /// <param name="context">The context. Its options must call <c>UseRedisTagCache</c>.</param>
    /// <param name="tags">The tags. Items that are null or empty are skipped.</param>
    /// <exception cref="ArgumentException">A tag is not valid Unicode or is longer than 4,000 characters.</exception>
    /// <exception cref="InvalidOperationException">The options do not call <c>UseRedisTagCache</c>, or the application has not called <c>AddRedisTagCacheOutbox</c>.</exception>
    /// <remarks>
    /// If you commit without the context, as with <see cref="System.Transactions.TransactionScope"/> or a <see cref="System.Data.Common.DbTransaction"/> of your own, call <c>SaveChanges</c> before: it writes the evictions into the transaction.
    /// </remarks>
    public static void EvictOnCommit(this DbContext context, params IEnumerable<string?> tags) => Of(context).Queue(OutboxAction.Evict, tags);

    /// <summary>
    /// Expires tags when the current transaction of the context commits, or with its next <c>SaveChanges</c> if there is no transaction. Entries with the tags are stale, and are served while they are refreshed.
    /// </summary>
    /// <param name="context">The context. Its options must call <c>UseRedisTagCache</c>.</param>
    /// <param name="tags">The tags. Items that are null or empty are skipped.</param>
    /// <exception cref="ArgumentException">A tag is not valid Unicode or is longer than 4,000 characters.</exception>
    /// <exception cref="InvalidOperationException">The options do not call <c>UseRedisTagCache</c>, or the application has not called <c>AddRedisTagCacheOutbox</c>.</exception>
    /// <remarks>
    /// If you commit without the context, as with <see cref="System.Transactions.TransactionScope"/> or a <see cref="System.Data.Common.DbTransaction"/> of your own, call <c>SaveChanges</c> before: it writes the evictions into the transaction.
    /// </remarks>
    public static void ExpireOnCommit(this DbContext context, params IEnumerable<string?> tags) => Of(context).Queue(OutboxAction.Expire, tags);

    private static ContextOutbox Of(DbContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetService<IDbContextOptions>().FindExtension<OutboxOptionsExtension>() is not null
            ? context.GetService<ContextOutbox>()
            : throw new InvalidOperationException($"The options of {context.GetType().Name} must call UseRedisTagCache().");
    }
}
