using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>Adds the rows of the outbox to calls of SaveChanges. It comes after the interceptors that the application has added before, so that their changes count.</summary>
internal sealed class SaveInterceptor : SaveChangesInterceptor
{
    public static readonly SaveInterceptor Instance = new();

    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        if (!result.HasResult)
            eventData.Context?.GetService<ContextOutbox>().BeginSave();
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        new(SavingChanges(eventData, result));
}
