namespace RedisTagCache.Health;

/// <summary>Tells the operations page what waits in the outbox of a cache. The package of the outbox implements it.</summary>
internal interface IOutboxReport
{
    /// <summary>Reads it from the database.</summary>
    /// <returns>The rows that wait, the age of the oldest, whether that is more than expected, and the rows that were set aside.</returns>
    Task<(long Pending, TimeSpan OldestAge, bool IsLate, long SetAside)> ReadAsync(CancellationToken cancellationToken);
}
