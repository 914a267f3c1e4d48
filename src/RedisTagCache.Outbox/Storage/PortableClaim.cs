using RedisTagCache.Outbox.Storage.Dialects;
using System.Data.Common;

namespace RedisTagCache.Outbox.Storage;

/// <summary>
/// Takes rows with statements that every database knows: the rows are read, and each is taken if its time is still the one that was read. Two instances that read the same row do not both get it, and
/// neither waits for more than one row.
/// </summary>
internal static class PortableClaim
{
    public static async Task<List<ClaimedRow>> RunAsync(
        DbConnection connection, Dialect dialect, string table, string cache, string claim, int limit, TimeSpan lease, CancellationToken cancellationToken)
    {
        var taken = new List<ClaimedRow>();
        foreach (var (row, dueAt) in await DueAsync(connection, dialect, table, cache, limit, cancellationToken).ConfigureAwait(false))
        {
            var command = OutboxCommand.Create(
                connection, null, $"UPDATE {table} SET due_at = {dialect.Now} + @lease, claim = @claim WHERE id = @id AND due_at = @seen",
                ("@lease", OutboxTable.Milliseconds(lease)), ("@claim", claim), ("@id", row.Row.Id), ("@seen", dueAt));
            await using (command.ConfigureAwait(false))
            {
                if (await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) > 0)
                    taken.Add(row);
            }
        }

        return taken;
    }

    private static async Task<List<(ClaimedRow Row, long DueAt)>> DueAsync(DbConnection connection, Dialect dialect, string table, string cache, int limit, CancellationToken cancellationToken)
    {
        var due = new List<(ClaimedRow, long)>();
        var command = OutboxCommand.Create(
            connection, null, $"SELECT id, action, tags, pass, due_at FROM {table} WHERE cache = @cache AND error IS NULL AND due_at <= {dialect.Now} ORDER BY id", ("@cache", cache));
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                // The number of rows is limited here, because databases have different words for it.
                while (due.Count < limit && await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    due.Add((OutboxTable.RowOf(reader), OutboxTable.Number(reader, 4)));
            }
        }

        return due;
    }
}
