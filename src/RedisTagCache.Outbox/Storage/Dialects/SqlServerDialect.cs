namespace RedisTagCache.Outbox.Storage.Dialects;

/// <summary>SQL Server, which the library is not tested with: rows are read, and then taken one by one.</summary>
internal sealed class SqlServerDialect : Dialect
{
    public static readonly SqlServerDialect Instance = new();

    public override OutboxDatabase Database => OutboxDatabase.SqlServer;

    public override string Now => "DATEDIFF_BIG(millisecond, '1970-01-01', SYSUTCDATETIME())";

    protected override (string Number, string ShortText, string LongText, string Identity) Types => ("bigint", "nvarchar(32)", "nvarchar(max)", "bigint IDENTITY(1,1) PRIMARY KEY");

    public override string Quote(string identifier) => $"[{identifier}]";

    public override string Insert(string table) => $"INSERT INTO {table} (cache, action, tags) OUTPUT INSERTED.id VALUES (@cache, @action, @tags)";
}
