using System.Data.Common;

namespace RedisTagCache.Outbox.Storage.Dialects;

/// <summary>
/// What differs between databases. Times are milliseconds since 1970 by the clock of the database, so that the clocks of instances do not matter.
/// </summary>
internal abstract class Dialect
{
    /// <summary>How long after it was added a row is left to the process that added it, in milliseconds.</summary>
    public const int Grace = 2_000;

    /// <summary>Gets the kind of database.</summary>
    public abstract OutboxDatabase Database { get; }

    /// <summary>Gets the expression of the current time. It is the time of the statement, not of the transaction.</summary>
    public abstract string Now { get; }

    /// <summary>Gets the default value of the column that says since when a row waits.</summary>
    public string PendingSince => $"({Now})";

    /// <summary>Gets the default value of the column that says from when on a row may be taken.</summary>
    public string DueAt => $"({Now} + {Grace})";

    /// <summary>Gets the types of the columns: number, short text, long text, and the number that the database gives.</summary>
    protected abstract (string Number, string ShortText, string LongText, string Identity) Types { get; }

    /// <summary>Returns the dialect of a kind of database.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public static Dialect Of(OutboxDatabase database) => database switch
    {
        OutboxDatabase.Sqlite => SqliteDialect.Instance,
        OutboxDatabase.PostgreSql => PostgreSqlDialect.Instance,
        OutboxDatabase.SqlServer => SqlServerDialect.Instance,
        OutboxDatabase.MySql => MySqlDialect.Instance,
        _ => throw new ArgumentOutOfRangeException(nameof(database), database, $"The database must be {nameof(OutboxDatabase.Sqlite)}, {nameof(OutboxDatabase.PostgreSql)}, {nameof(OutboxDatabase.SqlServer)} or {nameof(OutboxDatabase.MySql)}, but was {database}."),
    };

    /// <summary>Returns the dialect of a connection, by the name of its type.</summary>
    /// <exception cref="InvalidOperationException">The type is not known.</exception>
    public static Dialect Of(DbConnection connection, OutboxDatabase configured) => configured != OutboxDatabase.Auto ? Of(configured) : Find(connection.GetType().FullName ?? "")
        ?? throw new InvalidOperationException($"{nameof(RedisTagCacheOutboxOptions)}.{nameof(RedisTagCacheOutboxOptions.Database)} must name the kind of database, because the connection has the unknown type {connection.GetType().FullName}.");

    /// <summary>Returns the dialect of a connection's or a provider's name. Nothing if it is not known.</summary>
    public static Dialect? Find(string name) =>
        name.Contains("Npgsql", StringComparison.Ordinal) ? PostgreSqlDialect.Instance
        : name.Contains("Sqlite", StringComparison.OrdinalIgnoreCase) ? SqliteDialect.Instance
        : name.Contains("MySql", StringComparison.OrdinalIgnoreCase) ? MySqlDialect.Instance
        : name.Contains("SqlClient", StringComparison.Ordinal) || name.Contains("SqlServer", StringComparison.Ordinal) ? SqlServerDialect.Instance
        : null;

    /// <summary>Quotes an identifier.</summary>
    public abstract string Quote(string identifier);

    /// <summary>Quotes the name of a table.</summary>
    public string Quote(TableName table) => (table.Schema is { } schema ? Quote(schema) + "." : "") + Quote(table.Name);

    /// <summary>Returns the statement that adds a row and returns its number.</summary>
    public abstract string Insert(string table);

    /// <summary>Returns the statement that takes rows and returns them. Nothing if they are read first, and then taken one by one.</summary>
    public virtual string? Claim(string table) => null;

    /// <summary>Returns the statement that creates the table.</summary>
    public string CreateTable(TableName name)
    {
        var (number, shortText, longText, identity) = Types;
        return $"""
            CREATE TABLE {Quote(name)} (
                {Quote("id")} {identity},
                {Quote("cache")} {shortText} NOT NULL,
                {Quote("action")} {number} NOT NULL,
                {Quote("tags")} {longText} NOT NULL,
                {Quote("pending_since")} {number} NOT NULL DEFAULT {PendingSince},
                {Quote("due_at")} {number} NOT NULL DEFAULT {DueAt},
                {Quote("pass")} {number} NOT NULL DEFAULT 0,
                {Quote("claim")} {shortText} NULL,
                {Quote("error")} {longText} NULL
            )
            """;
    }
}
