using RedisTagCache.Outbox.Storage.Dialects;
using System.Data.Common;
using System.Globalization;

namespace RedisTagCache.Outbox.Storage;

/// <summary>Adds rows to a transaction.</summary>
/// <param name="cache">The name of the cache, as in the table.</param>
/// <param name="database">The configured kind of database.</param>
internal sealed class OutboxWriter(string cache, OutboxDatabase database)
{
    /// <summary>Adds rows.</summary>
    public List<OutboxRow> Write(DbConnection connection, DbTransaction? transaction, TableName table, OutboxAction action, IEnumerable<string?> tags)
    {
        var rows = new List<OutboxRow>();
        foreach (var packed in TagList.Pack(tags))
        {
            using var command = Insert(connection, transaction, table, action, packed);
            rows.Add(RowOf(command.ExecuteScalar(), action, packed));
        }

        return rows;
    }

    /// <summary>Adds rows.</summary>
    public async Task<List<OutboxRow>> WriteAsync(
        DbConnection connection, DbTransaction? transaction, TableName table, OutboxAction action, IEnumerable<string?> tags, CancellationToken cancellationToken)
    {
        var rows = new List<OutboxRow>();
        foreach (var packed in TagList.Pack(tags))
        {
            var command = Insert(connection, transaction, table, action, packed);
            await using (command.ConfigureAwait(false))
                rows.Add(RowOf(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), action, packed));
        }

        return rows;
    }

    private DbCommand Insert(DbConnection connection, DbTransaction? transaction, TableName table, OutboxAction action, string tags)
    {
        var dialect = Dialect.Of(connection, database);
        return OutboxCommand.Create(connection, transaction, dialect.Insert(dialect.Quote(table)), ("@cache", cache), ("@action", (long)action), ("@tags", tags));
    }

    private static OutboxRow RowOf(object? id, OutboxAction action, string tags) => new(Convert.ToInt64(id, CultureInfo.InvariantCulture), action, tags);
}
