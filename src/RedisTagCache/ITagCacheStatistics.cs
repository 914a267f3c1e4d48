namespace RedisTagCache;

/// <summary>What this instance has counted and how it does, for applications without a metrics pipeline, and for pages that show it.</summary>
public interface ITagCacheStatistics
{
    /// <summary>The counts since this instance started. Asks nobody, connects nowhere.</summary>
    /// <returns>A snapshot that changes no more.</returns>
    RedisTagCacheSnapshot GetSnapshot();

    /// <summary>How the instance stands with Redis, measured by one round trip. Opens the connection when there is none; never throws for trouble with Redis.</summary>
    /// <param name="cancellationToken">Ends the wait; the longest is <see cref="RedisTagCacheOptions.OperationTimeout"/>.</param>
    /// <returns>What was found.</returns>
    ValueTask<RedisTagCacheStatus> CheckAsync(CancellationToken cancellationToken = default);
}
