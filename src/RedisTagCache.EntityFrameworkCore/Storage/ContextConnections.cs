using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Outbox.Storage;
using RedisTagCache.Outbox.Storage.Dialects;

namespace RedisTagCache.EntityFrameworkCore.Storage;

/// <summary>Connections of a context of its own for each use.</summary>
internal sealed class ContextConnections<TContext> : IOutboxConnections
    where TContext : DbContext
{
    private readonly IServiceScopeFactory _scopes;
    private readonly Lazy<TableName> _table;

    public ContextConnections(IServiceScopeFactory scopes)
    {
        _scopes = scopes;
        _table = new Lazy<TableName>(FindTable, LazyThreadSafetyMode.PublicationOnly);
    }

    public TableName Table => _table.Value;

    public async Task<OutboxConnection> OpenAsync(CancellationToken cancellationToken)
    {
        using var suppressed = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        var owned = Create();
        try
        {
            await owned.Context.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            suppressed.Complete();
            return new OutboxConnection(owned.Context.Database.GetDbConnection(), owned);
        }
        catch
        {
            await owned.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private TableName FindTable()
    {
        using var owned = Create();
        return OutboxModel.TableOf(owned.Context) ?? throw new InvalidOperationException(
            $"The model of {typeof(TContext).Name} has no outbox table. Call UseRedisTagCache() in its options.");
    }

    private OwnedContext Create()
    {
        var scope = _scopes.CreateAsyncScope();
        var factory = scope.ServiceProvider.GetService<IDbContextFactory<TContext>>();
        return factory is not null ? new OwnedContext(factory.CreateDbContext(), scope, isOwned: true) : new OwnedContext(scope.ServiceProvider.GetRequiredService<TContext>(), scope, isOwned: false);
    }

    /// <summary>A context, and the scope that it came from.</summary>
    private sealed class OwnedContext(TContext context, AsyncServiceScope scope, bool isOwned) : IAsyncDisposable, IDisposable
    {
        public TContext Context => context;

        public async ValueTask DisposeAsync()
        {
            if (isOwned)
                await context.DisposeAsync().ConfigureAwait(false);
            await scope.DisposeAsync().ConfigureAwait(false);
        }

        public void Dispose()
        {
            if (isOwned)
                context.Dispose();
            scope.Dispose();
        }
    }
}
