using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace RedisTagCache.EntityFrameworkCore.Saving;

/// <summary>Follows the commands of a context: those of SaveChanges, and those of ExecuteUpdate and ExecuteDelete, which the tracker does not see.</summary>
internal sealed class CommandInterceptor : DbCommandInterceptor
{
    public static readonly CommandInterceptor Instance = new();

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        if (eventData.CommandSource == CommandSource.SaveChanges)
            eventData.Context?.GetService<ContextOutbox>().BeginWriting();
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) =>
        new(ReaderExecuting(command, eventData, result));

    public override int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result)
    {
        if (result > 0 && eventData.CommandSource is CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete)
            eventData.Context?.GetService<ContextOutbox>().Changed(command.CommandText);
        return result;
    }

    public override ValueTask<int> NonQueryExecutedAsync(DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default) =>
        new(NonQueryExecuted(command, eventData, result));
}
