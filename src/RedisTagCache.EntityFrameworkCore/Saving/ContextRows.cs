using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using RedisTagCache.Outbox;
using RedisTagCache.Outbox.Dispatching;
using RedisTagCache.Outbox.Storage;
using RedisTagCache.Outbox.Storage.Dialects;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>Writes and evicts rows through the connection of a context, for synchronous and asynchronous callers.</summary>
internal static class ContextRows
{
    /// <summary>Adds rows to the table.</summary>
    public static async ValueTask<List<OutboxRow>> WriteAsync(
        DatabaseFacade database, TagCacheOutbox outbox, TableName table, DbTransaction? transaction, IEnumerable<(OutboxAction Action, string Tag)> tags, bool isAsync, CancellationToken cancellationToken)
    {
        var rows = new List<OutboxRow>();
        foreach (var group in tags.GroupBy(static tag => tag.Action))
        {
            var names = group.Select(static tag => tag.Tag);
            if (isAsync)
            {
                await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    rows.AddRange(await outbox.Writer.WriteAsync(database.GetDbConnection(), transaction, table, group.Key, names, cancellationToken).ConfigureAwait(false));
                }
                finally
                {
                    await database.CloseConnectionAsync().ConfigureAwait(false);
                }
            }
            else
            {
                database.OpenConnection();
                try
                {
                    rows.AddRange(outbox.Writer.Write(database.GetDbConnection(), transaction, table, group.Key, names));
                }
                finally
                {
                    database.CloseConnection();
                }
            }
        }

        return rows;
    }

    /// <summary>Evicts before a commit.</summary>
    public static ValueTask EvictBeforeAsync(TagCacheOutbox outbox, IReadOnlyCollection<OutboxRow> rows, bool isAsync) => WaitAsync(outbox.Delivery.BeforeCommitAsync(rows), isAsync);

    /// <summary>Evicts after a commit.</summary>
    public static ValueTask DeliverAsync(TagCacheOutbox outbox, IReadOnlyCollection<OutboxRow> rows, bool mustCheck, bool isAsync) =>
        WaitAsync(outbox.Delivery.AfterCommitAsync(rows, mustCheck), isAsync);

    /// <summary>Waits for evictions, of several caches at the same time, so that the call takes no longer than the slowest of them.</summary>
    public static ValueTask WaitForAllAsync(IEnumerable<Task> evictions, bool isAsync) => WaitAsync(Task.WhenAll(evictions), isAsync);

    private static async ValueTask WaitAsync(Task evicting, bool isAsync)
    {
        if (isAsync)
            await evicting.ConfigureAwait(false);
        else
            evicting.GetAwaiter().GetResult();
    }
}
