using System.Data.Common;

namespace RedisTagCache.Outbox;

/// <summary>
/// Writes evictions into the transaction of the data that they belong to. If the transaction commits, each eviction happens at least once, even if the process ends right after the commit. If it rolls back, none happens.
/// </summary>
/// <remarks>
/// Evictions are rows of one table. <see cref="CommitAsync"/> evicts at once after the commit. What is left over is evicted by the background service of any instance within a few seconds. All members are safe for
/// concurrent use, but a transaction must not be used by two calls at once.
/// </remarks>
public interface ITagCacheOutbox
{
    /// <summary>Adds evictions to a transaction.</summary>
    /// <param name="transaction">The transaction, on the database that has the outbox table.</param>
    /// <param name="tags">The tags. Items that are null or empty are skipped. An empty sequence does nothing.</param>
    /// <param name="action">What happens to the entries with the tags. The default is <see cref="OutboxAction.Evict"/>.</param>
    /// <exception cref="ArgumentException">A tag is not valid Unicode or is longer than 4,000 characters. Nothing is added.</exception>
    /// <exception cref="InvalidOperationException">The transaction has ended, or its database is not known.</exception>
    void Enqueue(DbTransaction transaction, IEnumerable<string> tags, OutboxAction action = OutboxAction.Evict);

    /// <summary>Adds evictions to a transaction.</summary>
    /// <param name="transaction">The transaction, on the database that has the outbox table.</param>
    /// <param name="tags">The tags. Items that are null or empty are skipped. An empty sequence does nothing.</param>
    /// <param name="action">What happens to the entries with the tags. The default is <see cref="OutboxAction.Evict"/>.</param>
    /// <param name="cancellationToken">Cancels the command. The transaction may then be unusable.</param>
    /// <exception cref="ArgumentException">A tag is not valid Unicode or is longer than 4,000 characters. Nothing is added.</exception>
    /// <exception cref="InvalidOperationException">The transaction has ended, or its database is not known.</exception>
    ValueTask EnqueueAsync(DbTransaction transaction, IEnumerable<string> tags, OutboxAction action = OutboxAction.Evict, CancellationToken cancellationToken = default);

    /// <summary>
    /// Commits a transaction, and then evicts at once what was added to it. A failure of Redis is logged and not thrown: the background service evicts instead. The eviction takes at most
    /// <see cref="RedisTagCacheOptions.OperationTimeout"/>.
    /// </summary>
    /// <param name="transaction">The transaction.</param>
    /// <remarks>If the commit throws, nothing is evicted here. If it took effect although it threw, the background service evicts.</remarks>
    void Commit(DbTransaction transaction);

    /// <summary>
    /// Commits a transaction, and then evicts at once what was added to it. A failure of Redis is logged and not thrown: the background service evicts instead. The eviction takes at most
    /// <see cref="RedisTagCacheOptions.OperationTimeout"/>.
    /// </summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="cancellationToken">Cancels the commit. It has no effect on the eviction after it.</param>
    /// <remarks>If the commit throws, nothing is evicted here. If it took effect although it threw, the background service evicts.</remarks>
    Task CommitAsync(DbTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>Reads from the database what waits to be evicted.</summary>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <returns>The number of rows, and the age of the oldest.</returns>
    Task<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken = default);
}
