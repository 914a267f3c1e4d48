namespace RedisTagCache.Outbox.Storage.Dialects;

/// <summary>MySQL, which the library is not tested with: rows are read, and then taken one by one.</summary>
internal sealed class MySqlDialect : Dialect
{
    public static readonly MySqlDialect Instance = new();

    public override OutboxDatabase Database => OutboxDatabase.MySql;

    public override string Now => "CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)";

    protected override (string Number, string ShortText, string LongText, string Identity) Types => ("bigint", "varchar(32)", "longtext", "bigint AUTO_INCREMENT PRIMARY KEY");

    public override string Quote(string identifier) => $"`{identifier}`";

    public override string Insert(string table) => $"INSERT INTO {table} (cache, action, tags) VALUES (@cache, @action, @tags); SELECT LAST_INSERT_ID()";
}
