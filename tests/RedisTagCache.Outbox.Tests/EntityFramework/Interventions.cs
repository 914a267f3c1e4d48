using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace RedisTagCache.Outbox.Tests.EntityFramework;

/// <summary>Does something in the middle of a commit.</summary>
internal sealed class Interventions : DbTransactionInterceptor
{
    public Func<Task>? Committing { get; set; }

    public Func<Task>? Committed { get; set; }

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

/// <summary>The answer of a commit did not arrive.</summary>
internal sealed class LostAnswerException() : Exception("The answer was lost.");

/// <summary>Runs again what lost its answer.</summary>
internal sealed class RetryingStrategy(ExecutionStrategyDependencies dependencies) : ExecutionStrategy(dependencies, maxRetryCount: 3, TimeSpan.FromMilliseconds(50))
{
    protected override bool ShouldRetryOn(Exception exception) => exception is LostAnswerException;
}
