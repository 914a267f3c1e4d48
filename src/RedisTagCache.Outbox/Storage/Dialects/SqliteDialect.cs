namespace RedisTagCache.Outbox.Storage.Dialects;

/// <summary>SQLite: writers take turns, so one statement takes rows.</summary>
internal sealed class SqliteDialect : Dialect
{
    public static readonly SqliteDialect Instance = new();

    public override OutboxDatabase Database => OutboxDatabase.Sqlite;

    public override string Now => "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)";

    protected override (string Number, string ShortText, string LongText, string Identity) Types => ("INTEGER", "TEXT", "TEXT", "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT");

    public override string Quote(string identifier) => $"\"{identifier}\"";

    public override string Insert(string table) => $"INSERT INTO {table} (cache, action, tags) VALUES (@cache, @action, @tags) RETURNING id";

    public override string Claim(string table) => $"""
        UPDATE {table} SET due_at = {Now} + @lease, claim = @claim
        WHERE id IN (SELECT id FROM {table} WHERE cache = @cache AND error IS NULL AND due_at <= {Now} ORDER BY id LIMIT @limit)
        RETURNING id, action, tags, pass
        """;
}
