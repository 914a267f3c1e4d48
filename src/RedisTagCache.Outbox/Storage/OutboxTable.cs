using RedisTagCache.Outbox.Storage.Dialects;
using System.Data.Common;
using System.Globalization;

namespace RedisTagCache.Outbox.Storage;

/// <summary>
/// The table, as the background work uses it. A row is taken by moving its time ahead: if the instance that took it ends, the row is due again a moment later. All times are those of the database.
/// </summary>
/// <param name="connections">The connections.</param>
/// <param name="cache">The name of the cache, as in the table.</param>
/// <param name="database">The configured kind of database.</param>
internal sealed class OutboxTable(IOutboxConnections connections, string cache, OutboxDatabase database)
{
    /// <summary>Gets the connections.</summary>
    public IOutboxConnections Connections => connections;

    /// <summary>Takes rows that are due, the oldest first.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="lease">How long other instances leave them alone.</param>
    /// <param name="cancellationToken">Cancels the commands.</param>
    public async Task<List<ClaimedRow>> ClaimAsync(int limit, TimeSpan lease, CancellationToken cancellationToken)
    {
        var opened = await connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            var dialect = Dialect.Of(opened.Connection, database);
            var table = dialect.Quote(connections.Table);
            var claim = Guid.NewGuid().ToString("N");

            // Without this look, an idle instance would ask for a write lock each time.
            if (await IsEmptyAsync(opened.Connection, dialect, table, cancellationToken).ConfigureAwait(false))
                return [];
            if (dialect.Claim(table) is not { } sql)
                return await PortableClaim.RunAsync(opened.Connection, dialect, table, cache, claim, limit, lease, cancellationToken).ConfigureAwait(false);
            var command = OutboxCommand.Create(
                opened.Connection, null, sql, ("@cache", cache), ("@lease", Milliseconds(lease)), ("@claim", claim), ("@limit", (long)limit));
            await using (command.ConfigureAwait(false))
                return await ReadAsync(command, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes rows that were not evicted due again, after a pause.</summary>
    public Task ReleaseAsync(IEnumerable<long> ids, TimeSpan pause, CancellationToken cancellationToken) =>
        ChangeAsync(ids, (dialect, table, list) => $"UPDATE {table} SET due_at = {dialect.Now} + {Milliseconds(pause)}, claim = NULL WHERE id IN ({list}) AND cache = @cache AND error IS NULL", cancellationToken);

    /// <summary>Deletes rows whose eviction is confirmed, or all that was to be done.</summary>
    public Task DeleteAsync(IEnumerable<long> ids, CancellationToken cancellationToken) =>
        ChangeAsync(ids, static (_, table, list) => $"DELETE FROM {table} WHERE id IN ({list}) AND cache = @cache", cancellationToken);

    /// <summary>Keeps rows for their repetition, if it was not scheduled before.</summary>
    public Task RepeatAsync(IEnumerable<long> ids, TimeSpan delay, CancellationToken cancellationToken) =>
        ChangeAsync(
            ids,
            (dialect, table, list) => $"UPDATE {table} SET pass = 1, claim = NULL, pending_since = {dialect.Now} + {Milliseconds(delay)}, due_at = {dialect.Now} + {Milliseconds(delay)} WHERE id IN ({list}) AND cache = @cache AND pass = 0",
            cancellationToken);

    /// <summary>Sets a row aside: it is not tried again.</summary>
    public async Task SetAsideAsync(long id, string reason, CancellationToken cancellationToken)
    {
        var opened = await connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            var table = Dialect.Of(opened.Connection, database).Quote(connections.Table);
            await RunAsync(OutboxCommand.Create(opened.Connection, null, $"UPDATE {table} SET error = @error, claim = NULL WHERE id = @id AND cache = @cache", ("@error", reason), ("@id", id), ("@cache", cache)), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Deletes rows that were set aside long ago.</summary>
    public async Task CleanUpAsync(TimeSpan retention, CancellationToken cancellationToken)
    {
        var opened = await connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            var dialect = Dialect.Of(opened.Connection, database);
            var sql = $"DELETE FROM {dialect.Quote(connections.Table)} WHERE cache = @cache AND error IS NOT NULL AND pending_since < {dialect.Now} - {Milliseconds(retention)}";
            await RunAsync(OutboxCommand.Create(opened.Connection, null, sql, ("@cache", cache)), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Returns which of some rows exist, and thus were committed.</summary>
    public async Task<HashSet<long>> ExistingAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        var existing = new HashSet<long>();
        var opened = await connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            var table = Dialect.Of(opened.Connection, database).Quote(connections.Table);
            foreach (var chunk in ids.Chunk(500))
            {
                var command = OutboxCommand.Create(opened.Connection, null, $"SELECT id FROM {table} WHERE id IN ({OutboxCommand.List(chunk)}) AND cache = @cache", ("@cache", cache));
                await using (command.ConfigureAwait(false))
                {
                    var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                    await using (reader.ConfigureAwait(false))
                    {
                        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                            existing.Add(Number(reader, 0));
                    }
                }
            }
        }

        return existing;
    }

    /// <summary>Counts what waits.</summary>
    public async Task<OutboxStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var opened = await connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            var dialect = Dialect.Of(opened.Connection, database);
            var sql = $"""
                SELECT COUNT(CASE WHEN error IS NULL THEN 1 END), COUNT(error), {dialect.Now}, MIN(CASE WHEN error IS NULL THEN pending_since END)
                FROM {dialect.Quote(connections.Table)} WHERE cache = @cache
                """;
            var command = OutboxCommand.Create(opened.Connection, null, sql, ("@cache", cache));
            await using (command.ConfigureAwait(false))
            {
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                    var age = reader.IsDBNull(3) ? 0 : Math.Max(0, Number(reader, 2) - Number(reader, 3));
                    return new OutboxStatus(Number(reader, 0), TimeSpan.FromMilliseconds(age), Number(reader, 1));
                }
            }
        }
    }

    /// <summary>Reads rows that were taken.</summary>
    internal static async Task<List<ClaimedRow>> ReadAsync(DbCommand command, CancellationToken cancellationToken)
    {
        var rows = new List<ClaimedRow>();
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                rows.Add(RowOf(reader));
        }

        rows.Sort(static (one, other) => one.Row.Id.CompareTo(other.Row.Id));
        return rows;
    }

    internal static ClaimedRow RowOf(DbDataReader reader) => new(new OutboxRow(Number(reader, 0), (OutboxAction)Number(reader, 1), reader.GetString(2)), Number(reader, 3) > 0);

    /// <summary>Providers differ in the types of numbers that they return.</summary>
    internal static long Number(DbDataReader reader, int column) => Convert.ToInt64(reader.GetValue(column), CultureInfo.InvariantCulture);

    internal static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private async Task<bool> IsEmptyAsync(DbConnection connection, Dialect dialect, string table, CancellationToken cancellationToken)
    {
        var command = OutboxCommand.Create(connection, null, $"SELECT MIN(id) FROM {table} WHERE cache = @cache AND error IS NULL AND due_at <= {dialect.Now}", ("@cache", cache));
        await using (command.ConfigureAwait(false))
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is null or DBNull;
    }

    private async Task ChangeAsync(IEnumerable<long> ids, Func<Dialect, string, string, string> sql, CancellationToken cancellationToken)
    {
        var opened = await connections.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            var dialect = Dialect.Of(opened.Connection, database);
            foreach (var chunk in ids.Chunk(500))
                await RunAsync(OutboxCommand.Create(opened.Connection, null, sql(dialect, dialect.Quote(connections.Table), OutboxCommand.List(chunk)), ("@cache", cache)), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task RunAsync(DbCommand command, CancellationToken cancellationToken)
    {
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
