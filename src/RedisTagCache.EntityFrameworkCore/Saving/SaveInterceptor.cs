using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>Adds the rows of the outbox to calls of SaveChanges.</summary>
internal sealed class SaveInterceptor : SaveChangesInterceptor
{
    public static readonly SaveInterceptor Instance = new();

    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        if (!result.HasResult)
            Of(eventData)?.BeginSave();
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        new(SavingChanges(eventData, result));

    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result) =>
        Of(eventData) is { } outbox ? outbox.CompleteSaveAsync(result, isAsync: false, CancellationToken.None).AsTask().GetAwaiter().GetResult() : result;

    public override async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default) =>
        Of(eventData) is { } outbox ? await outbox.CompleteSaveAsync(result, isAsync: true, cancellationToken).ConfigureAwait(false) : result;

    public override void SaveChangesFailed(DbContextErrorEventData eventData) => Of(eventData)?.FailSave();

    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        SaveChangesFailed(eventData);
        return Task.CompletedTask;
    }

    public override void SaveChangesCanceled(DbContextEventData eventData) => Of(eventData)?.FailSave();

    public override Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        SaveChangesCanceled(eventData);
        return Task.CompletedTask;
    }

    private static ContextOutbox? Of(DbContextEventData eventData) => eventData.Context?.GetService<ContextOutbox>();
}
