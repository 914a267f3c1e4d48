using System.Data.Common;
using System.Runtime.CompilerServices;
using RedisTagCache.Outbox.Storage;

namespace RedisTagCache.Outbox.Dispatching;

/// <summary>The outbox of a cache.</summary>
/// <param name="writer">Adds rows.</param>
/// <param name="table">The table.</param>
/// <param name="delivery">Evicts after the commit.</param>
/// <param name="options">The options.</param>
internal sealed class TagCacheOutbox(OutboxWriter writer, OutboxTable table, CommitDelivery delivery, RedisTagCacheOutboxOptions options) : ITagCacheOutbox
{
    private readonly ConditionalWeakTable<DbTransaction, TransactionEvictions> _transactions = [];

    /// <summary>Gets what evicts after a commit.</summary>
    public CommitDelivery Delivery => delivery;

    /// <summary>Gets the options.</summary>
    public RedisTagCacheOutboxOptions Options => options;

    /// <summary>Gets what adds rows.</summary>
    public OutboxWriter Writer => writer;

    /// <inheritdoc/>
    public void Enqueue(DbTransaction transaction, IEnumerable<string> tags, OutboxAction action = OutboxAction.Evict)
    {
        ArgumentNullException.ThrowIfNull(tags);
        var connection = ConnectionOf(transaction);
        if (TagList.Valid(tags) is { Length: > 0 } valid)
            Evictions(transaction).Add(writer.Write(connection, transaction, table.Connections.Table, action, valid));
    }

    /// <inheritdoc/>
    public async ValueTask EnqueueAsync(DbTransaction transaction, IEnumerable<string> tags, OutboxAction action = OutboxAction.Evict, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tags);
        var connection = ConnectionOf(transaction);
        if (TagList.Valid(tags) is { Length: > 0 } valid)
            Evictions(transaction).Add(await writer.WriteAsync(connection, transaction, table.Connections.Table, action, valid, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public void Commit(DbTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var evictions = Take(transaction);
        if (options.EvictBeforeCommit)
            delivery.BeforeCommitAsync(evictions.Rows).GetAwaiter().GetResult();
        transaction.Commit();
        delivery.AfterCommitAsync(evictions.Rows, mustCheck: true).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public async Task CommitAsync(DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var evictions = Take(transaction);
        if (options.EvictBeforeCommit)
            await delivery.BeforeCommitAsync(evictions.Rows).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);

        // A savepoint may have been rolled back, or a provider may use the object of a transaction that was rolled back before: only the table knows.
        await delivery.AfterCommitAsync(evictions.Rows, mustCheck: true).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken = default) => table.StatusAsync(cancellationToken);

    /// <summary>Returns what was added to a transaction.</summary>
    public TransactionEvictions Evictions(DbTransaction transaction) => _transactions.GetOrCreateValue(transaction);

    /// <summary>Returns what was added to a transaction, and forgets it.</summary>
    public TransactionEvictions Take(DbTransaction transaction)
    {
        var evictions = _transactions.GetOrCreateValue(transaction);
        _transactions.Remove(transaction);
        return evictions;
    }

    private static DbConnection ConnectionOf(DbTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return transaction.Connection ?? throw new InvalidOperationException("The transaction has ended, so no eviction can be added to it.");
    }
}
