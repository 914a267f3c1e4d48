namespace RedisTagCache.LocalCaching;

/// <summary>
/// Provides local caches of entries, for caches that are built on <see cref="ITagCacheStore"/>. <see cref="ITagCache"/> and
/// <c>HybridCache</c> have their own.
/// </summary>
/// <remarks>
/// A local copy is validated by the same evictions as its entry, as far as this instance knows them: its own evictions at once, those of other instances when their message arrives,
/// or within two seconds if no message arrives. All members are thread-safe.
/// </remarks>
internal interface ITagCacheCopies
{
    /// <summary>Creates a local cache for entries of a region. Each call creates another one, which exists as long as the cache does.</summary>
    /// <param name="region">The region, which must have tags.</param>
    /// <param name="maxBytes">The maximum size, by the size of the payloads. Must be at least 1 byte.</param>
    /// <returns>The empty local cache.</returns>
    /// <exception cref="ArgumentException">The region takes no tags.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxBytes"/> is not positive.</exception>
    IEntryCopies Keep(CacheRegion region, long maxBytes);
}
