using System.Data.Common;

namespace RedisTagCache.Outbox;

/// <summary>Configures the outbox of a cache.</summary>
public sealed class RedisTagCacheOutboxOptions
{
    /// <summary>
    /// Gets or sets where connections to the database come from. The default is <see langword="null"/>: the <see cref="DbDataSource"/> of the application is used, or the database context if the outbox was added for one.
    /// </summary>
    public DbDataSource? DataSource { get; set; }

    /// <summary>Gets or sets the kind of database. The default is <see cref="OutboxDatabase.Auto"/>. Set it if a profiler or another wrapper hides the type of the connection.</summary>
    public OutboxDatabase Database { get; set; }

    /// <summary>
    /// Gets or sets the name of the table, optionally after its schema and a period. Each part must be 1 to 63 ASCII letters, digits and underscores, and must not start with a digit. The default is <c>redistagcache_outbox</c>. With Entity Framework, the
    /// name in the model counts.
    /// </summary>
    public string Table { get; set; } = OutboxScript.DefaultTable;

    /// <summary>
    /// Gets or sets how often an instance looks for rows that were left over. Must be between 100 milliseconds and 1 minute. The default is 1 second. Shorter: evictions of a process that ended happen sooner. Longer: fewer queries.
    /// </summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets how many rows an instance takes at once. Must be between 1 and 1,000. The default is 100. Larger: a backlog ends sooner. Smaller: other instances get more of it, and Redis gets smaller commands.</summary>
    public int BatchSize { get; set; } = 100;

    /// <summary>
    /// Gets or sets whether tags are also evicted before the commit. The default is <see langword="false"/>. If <see langword="true"/>, requests between the commit and the eviction find only entries that were computed during the commit. The price: a
    /// second call of Redis while the transaction holds its locks, at most for <see cref="RedisTagCacheOptions.OperationTimeout"/>, and evictions for transactions that then fail to commit.
    /// </summary>
    public bool EvictBeforeCommit { get; set; }

    /// <summary>
    /// Gets or sets after what time each eviction is repeated once. Must be between 100 milliseconds and 1 hour, or <see langword="null"/> for no repetition, which is the default. Set it to more than the usual lag of the database replicas from which
    /// the application computes its entries.
    /// </summary>
    public TimeSpan? RepeatAfter { get; set; }

    /// <summary>Gets or sets from which age of the oldest row on the health check is degraded. Must be between 5 seconds and 1 day. The default is 1 minute.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how long rows are kept that were set aside because a tag was rejected. Must be between 1 minute and 365 days. The default is 7 days.</summary>
    public TimeSpan SetAsideRetention { get; set; } = TimeSpan.FromDays(7);
}
