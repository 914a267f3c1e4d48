using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>Finds calls of ExecuteUpdate and ExecuteDelete, which the tracker does not see.</summary>
internal sealed class BulkInterceptor : DbCommandInterceptor
{
    public static readonly BulkInterceptor Instance = new();

    public override int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result)
    {
        if (result > 0 && eventData.CommandSource is CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete)
            eventData.Context?.GetService<ContextOutbox>().Changed(command.CommandText);
        return result;
    }

    public override ValueTask<int> NonQueryExecutedAsync(DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default) =>
        new(NonQueryExecuted(command, eventData, result));
}
