using System.Data.Common;

namespace RedisTagCache.Outbox.Storage;

/// <summary>An open connection to the database, and what has to be disposed with it.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Owner">What owns it.</param>
internal readonly record struct OutboxConnection(DbConnection Connection, IAsyncDisposable Owner) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Owner.DisposeAsync();
}
