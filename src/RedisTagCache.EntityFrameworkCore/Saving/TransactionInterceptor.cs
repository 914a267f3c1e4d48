using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>Follows the transactions of a context. What follows a commit ignores cancellation, because the commit has happened.</summary>
internal sealed class TransactionInterceptor : DbTransactionInterceptor
{
    public static readonly TransactionInterceptor Instance = new();

    public override DbTransaction TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result)
    {
        Of(eventData)?.Begin(result);
        return result;
    }

    public override ValueTask<DbTransaction> TransactionStartedAsync(DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default) =>
        new(TransactionStarted(connection, eventData, result));

    public override DbTransaction TransactionUsed(DbConnection connection, TransactionEventData eventData, DbTransaction result)
    {
        Of(eventData)?.Use();
        return result;
    }

    public override ValueTask<DbTransaction> TransactionUsedAsync(DbConnection connection, TransactionEventData eventData, DbTransaction result, CancellationToken cancellationToken = default) =>
        new(TransactionUsed(connection, eventData, result));

    public override InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        Of(eventData)?.BeforeCommitAsync(transaction, isAsync: false, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return result;
    }

    public override async ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (Of(eventData) is { } outbox)
            await outbox.BeforeCommitAsync(transaction, isAsync: true, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) =>
        Of(eventData)?.AfterCommitAsync(transaction, isAsync: false).AsTask().GetAwaiter().GetResult();

    public override async Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (Of(eventData) is { } outbox)
            await outbox.AfterCommitAsync(transaction, isAsync: true).ConfigureAwait(false);
    }

    public override void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) => Of(eventData)?.Forget(transaction);

    public override Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        TransactionRolledBack(transaction, eventData);
        return Task.CompletedTask;
    }

    public override void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData)
    {
        // A savepoint can fail too, and its transaction goes on.
        switch (eventData.Action)
        {
            case "Commit":
                Of(eventData)?.FailCommit(transaction);
                break;
            case "Rollback":
                Of(eventData)?.Forget(transaction);
                break;
        }
    }

    public override Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        TransactionFailed(transaction, eventData);
        return Task.CompletedTask;
    }

    public override InterceptionResult CreatingSavepoint(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        Of(eventData)?.BeforeSavepointAsync(transaction, isAsync: false, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return result;
    }

    public override async ValueTask<InterceptionResult> CreatingSavepointAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (Of(eventData) is { } outbox)
            await outbox.BeforeSavepointAsync(transaction, isAsync: true, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public override void RolledBackToSavepoint(DbTransaction transaction, TransactionEventData eventData) => Of(eventData)?.RolledBackToSavepoint(transaction);

    public override Task RolledBackToSavepointAsync(DbTransaction transaction, TransactionEventData eventData, CancellationToken cancellationToken = default)
    {
        RolledBackToSavepoint(transaction, eventData);
        return Task.CompletedTask;
    }

    private static ContextOutbox? Of(DbContextEventData eventData) => eventData.Context?.GetService<ContextOutbox>();
}
