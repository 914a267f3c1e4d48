using RedisTagCache.Outbox.Storage.Dialects;

namespace RedisTagCache.Outbox.Storage;

/// <summary>Opens connections for the background work of an outbox, and knows the name of its table.</summary>
internal interface IOutboxConnections
{
    /// <summary>Gets the name of the table.</summary>
    TableName Table { get; }

    /// <summary>Opens a connection that takes no part in the caller's transaction.</summary>
    Task<OutboxConnection> OpenAsync(CancellationToken cancellationToken);
}
