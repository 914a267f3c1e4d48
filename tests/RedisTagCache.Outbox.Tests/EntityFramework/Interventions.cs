using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace RedisTagCache.Outbox.Tests.EntityFramework;

/// <summary>Does something in the middle of a transaction.</summary>
internal sealed class Interventions : DbTransactionInterceptor
{
    public Func<DbContext, Task>? Started { get; set; }

    public Func<Task>? Committing { get; set; }

    public Func<Task>? Committed { get; set; }

    public override DbTransaction TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result)
    {
        Started?.Invoke(eventData.Context!).GetAwaiter().GetResult();
        return result;
    }

    public override async ValueTask<DbTransaction> TransactionStartedAsync(DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        if (Started is { } act)
            await act(eventData.Context!);
        return result;
    }

    public override async ValueTask<InterceptionResult> TransactionCommittingAsync(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (Committing is { } act)
            await act();
        return result;
    }

    public override async Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (Committed is { } act)
            await act();
    }
}

/// <summary>Does something in the middle of a call of SaveChanges, with the context and whether the call is asynchronous.</summary>
internal sealed class SaveInterventions : SaveChangesInterceptor
{
    public Func<DbContext, bool, Task>? Saving { get; set; }

    public Func<DbContext, bool, Task>? Saved { get; set; }

    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Saving?.Invoke(eventData.Context!, false).GetAwaiter().GetResult();
        return result;
    }

    public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (Saving is { } act)
            await act(eventData.Context!, true);
        return result;
    }

    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        Saved?.Invoke(eventData.Context!, false).GetAwaiter().GetResult();
        return result;
    }

    public override async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (Saved is { } act)
            await act(eventData.Context!, true);
        return result;
    }
}

/// <summary>The answer of a commit did not arrive.</summary>
internal sealed class LostAnswerException() : Exception("The answer was lost.");

/// <summary>Runs again what lost its answer.</summary>
internal sealed class RetryingStrategy(ExecutionStrategyDependencies dependencies) : ExecutionStrategy(dependencies, maxRetryCount: 3, TimeSpan.FromMilliseconds(50))
{
    protected override bool ShouldRetryOn(Exception exception) => exception is LostAnswerException;
}
