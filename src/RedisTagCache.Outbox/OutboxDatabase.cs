namespace RedisTagCache.Outbox;

/// <summary>Specifies the kind of database that has the outbox table.</summary>
public enum OutboxDatabase
{
    /// <summary>The kind is found by the type of the connection.</summary>
    Auto = 0,

    /// <summary>SQLite 3.35 or later.</summary>
    Sqlite = 1,

    /// <summary>PostgreSQL 10 or later.</summary>
    PostgreSql = 2,

    /// <summary>SQL Server 2016 or later. The library is not tested with it.</summary>
    SqlServer = 3,

    /// <summary>MySQL 8.0.13 or later. The library is not tested with it.</summary>
    MySql = 4,
}
