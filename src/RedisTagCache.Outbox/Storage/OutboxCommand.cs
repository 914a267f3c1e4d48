using System.Data;
using System.Data.Common;
using System.Globalization;

namespace RedisTagCache.Outbox.Storage;

/// <summary>Makes commands from SQL text and parameters.</summary>
internal static class OutboxCommand
{
    /// <summary>Makes a command. The SQL is made of constants, numbers, and the checked name of the table.</summary>
    public static DbCommand Create(DbConnection connection, DbTransaction? transaction, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // See the summary.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Transaction = transaction;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.DbType = value is string ? DbType.String : DbType.Int64;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>Returns numbers as the list of an IN clause.</summary>
    public static string List(IEnumerable<long> ids) => string.Join(',', ids.Select(static id => id.ToString(CultureInfo.InvariantCulture)));
}
