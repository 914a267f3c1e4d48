using RedisTagCache.Outbox.Storage.Dialects;

namespace RedisTagCache.Outbox;

/// <summary>Provides the SQL that creates the outbox table, for applications that do not use migrations of Entity Framework.</summary>
public static class OutboxScript
{
    /// <summary>The default name of the table.</summary>
    public const string DefaultTable = "redistagcache_outbox";

    /// <summary>Returns the SQL statement that creates the table.</summary>
    /// <param name="database">The kind of database.</param>
    /// <param name="table">The name of the table, as in <see cref="RedisTagCacheOutboxOptions.Table"/>.</param>
    /// <returns>One statement. It fails if the table exists.</returns>
    /// <exception cref="ArgumentException"><paramref name="table"/> is not valid.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="database"/> is <see cref="OutboxDatabase.Auto"/> or not a defined value.</exception>
    public static string CreateTable(OutboxDatabase database, string table = DefaultTable)
    {
        if (!TableName.TryParse(table, out var name))
            throw new ArgumentException($"The table must be {TableName.Form}, but was '{table}'.", nameof(table));
        return Dialect.Of(database).CreateTable(name);
    }
}
