namespace RedisTagCache.Management;

/// <summary>
/// Inspects a cache for operators: the entries in Redis, their status and its reason, and the servers. Registered by <c>AddRedisTagCache</c>.
/// </summary>
/// <remarks>
/// No member blocks the server: keys are found by a paced <c>SCAN</c> of each primary, and only the beginning of an entry is read. All members are
/// thread-safe, and throw <see cref="RedisTagCacheUnavailableException"/> if Redis does not respond in time. For requests, use
/// <see cref="ITagCacheStore"/>.
/// </remarks>
public interface ITagCacheInspector
{
    /// <summary>Finds entries, and returns each when it is found. The cost depends on the number of keys that are checked, not on the number of entries found.</summary>
    /// <param name="query">The entries to find, and limits.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The entries in no order, each once. If Redis shrinks its table of keys in the meantime, some can be returned twice.</returns>
    /// <exception cref="ArgumentException">The query is not valid.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not respond.</exception>
    IAsyncEnumerable<CacheEntryInfo> FindAsync(CacheEntryQuery query, CancellationToken cancellationToken = default);

    /// <summary>Inspects one entry.</summary>
    /// <param name="region">The name of the region, such as <c>output</c>, <c>hybrid</c> or <c>distributed</c>.</param>
    /// <param name="key">The key that the application uses.</param>
    /// <param name="options">The build, and whether to read the payload. By default, this build without the payload.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The entry, or <see langword="null"/> if there is none.</returns>
    /// <exception cref="ArgumentException">The region's name is not valid, or the key is empty.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not respond.</exception>
    Task<CacheEntryInfo?> InspectAsync(string region, string key, CacheInspectOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Removes an entry that was found, of any region and build, also from the local caches of instances of its build.</summary>
    /// <param name="entry">The entry that was found.</param>
    /// <param name="cancellationToken">Ends the wait; the removal may still reach Redis.</param>
    /// <returns><see langword="true"/> if the entry existed; otherwise, <see langword="false"/>.</returns>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm the removal.</exception>
    Task<bool> RemoveAsync(CacheEntryInfo entry, CancellationToken cancellationToken = default);

    /// <summary>Describes the servers and the partitions. A server that does not respond is included and reported as such.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The description.</returns>
    /// <exception cref="RedisTagCacheUnavailableException">There is no connection.</exception>
    Task<CacheDescription> DescribeAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes entries that are invalidated by their tags and would use memory until they expire. Only one instance of the fleet reclaims at a time. An entry that is overwritten
    /// in the meantime is not deleted: the server deletes an entry only if it is still the one that was validated.
    /// </summary>
    /// <param name="options">Which entries to delete, and the pace. By default, invalidated entries.</param>
    /// <param name="progress">Receives the progress after each page.</param>
    /// <param name="cancellationToken">Ends the operation. Entries that were deleted stay deleted.</param>
    /// <returns>The result. <see cref="CacheReclaimResult.IsTakenElsewhere"/> is true if another instance is already reclaiming.</returns>
    /// <exception cref="ArgumentException">The options are not valid.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not respond.</exception>
    Task<CacheReclaimResult> ReclaimAsync(CacheReclaimOptions? options = null, IProgress<CacheReclaimResult>? progress = null, CancellationToken cancellationToken = default);
}
