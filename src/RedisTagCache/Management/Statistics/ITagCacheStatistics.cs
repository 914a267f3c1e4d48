namespace RedisTagCache.Management;

/// <summary>Reports the counts and the state of this instance, for applications without a metrics pipeline and for pages that show them.</summary>
public interface ITagCacheStatistics
{
    /// <summary>Gets the counts since this instance started. It does not connect to Redis.</summary>
    /// <returns>An immutable snapshot.</returns>
    RedisTagCacheSnapshot GetSnapshot();

    /// <summary>Checks the connection of this instance to Redis with one round trip. Opens the connection if there is none. It does not throw if Redis fails.</summary>
    /// <param name="cancellationToken">Ends the wait, which takes at most <see cref="RedisTagCacheOptions.OperationTimeout"/>.</param>
    /// <returns>The status.</returns>
    ValueTask<RedisTagCacheStatus> CheckAsync(CancellationToken cancellationToken = default);
}
