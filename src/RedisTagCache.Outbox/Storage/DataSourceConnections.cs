using RedisTagCache.Outbox.Storage.Dialects;
using System.Data.Common;
using System.Transactions;

namespace RedisTagCache.Outbox.Storage;

/// <summary>Connections of a data source.</summary>
internal sealed class DataSourceConnections(RedisTagCacheOutboxOptions options, DbDataSource? registered) : IOutboxConnections
{
    private readonly DbDataSource _source = options.DataSource ?? registered ?? throw new InvalidOperationException(
        $"{nameof(RedisTagCacheOutboxOptions)}.{nameof(options.DataSource)} must be set, because the application has no {nameof(DbDataSource)}. Set it, register one, or add the outbox for a database context.");

    public TableName Table { get; } = TableName.TryParse(options.Table, out var name) ? name : default;

    public async Task<OutboxConnection> OpenAsync(CancellationToken cancellationToken)
    {
        using var suppressed = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        suppressed.Complete();
        return new OutboxConnection(connection, connection);
    }
}
