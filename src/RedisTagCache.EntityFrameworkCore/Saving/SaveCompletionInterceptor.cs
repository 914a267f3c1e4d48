using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>
/// Ends calls of SaveChanges. It is a service of the context, which comes before all interceptors of the application: one of them may call SaveChanges again, or commit a transaction of its own.
/// </summary>
/// <param name="outbox">The evictions of the context.</param>
internal sealed class SaveCompletionInterceptor(ContextOutbox outbox) : SaveChangesInterceptor
{
    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result) =>
        outbox.CompleteSaveAsync(result, isAsync: false, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default) =>
        outbox.CompleteSaveAsync(result, isAsync: true, cancellationToken);

    public override void SaveChangesFailed(DbContextErrorEventData eventData) => outbox.FailSave();

    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        outbox.FailSave();
        return Task.CompletedTask;
    }

    public override void SaveChangesCanceled(DbContextEventData eventData) => outbox.FailSave();

    public override Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        outbox.FailSave();
        return Task.CompletedTask;
    }
}
