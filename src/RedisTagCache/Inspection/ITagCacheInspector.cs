namespace RedisTagCache.Inspection;

/// <summary>
/// Looks into a cache for those who operate it: what lies in Redis, what it is worth and why, and which servers there are. Registered by <c>AddRedisTagCache</c>.
/// </summary>
/// <remarks>
/// Nothing here blocks the server: keys are found by a paced <c>SCAN</c> of each primary, and of an entry only the beginning is read. All members are
/// safe for concurrent use, and throw <see cref="RedisTagCacheUnavailableException"/> when Redis does not answer in time. Meant for operators: requests use
/// <see cref="ITagCacheStore"/>.
/// </remarks>
public interface ITagCacheInspector
{
    /// <summary>Finds entries, one after the other as they turn up. The cost is that of the keys looked at, not of the entries found.</summary>
    /// <param name="query">Which entries, and how many at most.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The entries in no order, each once; if Redis makes its table of keys smaller meanwhile, some may come twice.</returns>
    /// <exception cref="ArgumentException">The query is not valid.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not answer.</exception>
    IAsyncEnumerable<CacheEntryInfo> FindAsync(CacheEntryQuery query, CancellationToken cancellationToken = default);

    /// <summary>Looks at one entry.</summary>
    /// <param name="region">The region's name, such as <c>output</c>, <c>hybrid</c> or <c>distributed</c>.</param>
    /// <param name="key">The key, as the application knows it.</param>
    /// <param name="options">Which build's, and whether with the payload. Default: of this build, without.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The entry; <see langword="null"/> when there is none.</returns>
    /// <exception cref="ArgumentException">The region's name is not valid, or the key is empty.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not answer.</exception>
    Task<CacheEntryInfo?> InspectAsync(string region, string key, CacheInspectOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Removes an entry that was found, of whatever region and build; values in the memory of instances of its build go too.</summary>
    /// <param name="entry">The entry, as it was found.</param>
    /// <param name="cancellationToken">Ends the wait; the removal may still reach Redis.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm the removal.</exception>
    Task<bool> RemoveAsync(CacheEntryInfo entry, CancellationToken cancellationToken = default);

    /// <summary>Describes the servers and the partitions. A server that does not answer is described as such.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The description.</returns>
    /// <exception cref="RedisTagCacheUnavailableException">There is no connection.</exception>
    Task<CacheDescription> DescribeAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Drops entries that are invalidated by their tags and would hold memory until they expire. One at a time in the whole fleet. An entry that is overwritten
    /// meanwhile stays: the server drops one only while it is still the very write that was judged.
    /// </summary>
    /// <param name="options">What to drop and at which pace. Default: what is invalidated.</param>
    /// <param name="progress">Told after each page.</param>
    /// <param name="cancellationToken">Ends it; what was dropped stays so.</param>
    /// <returns>What was done; <see cref="CacheReclaimResult.IsTakenElsewhere"/> when another one is at it.</returns>
    /// <exception cref="ArgumentException">The options are not valid.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not answer.</exception>
    Task<CacheReclaimResult> ReclaimAsync(CacheReclaimOptions? options = null, IProgress<CacheReclaimResult>? progress = null, CancellationToken cancellationToken = default);
}
