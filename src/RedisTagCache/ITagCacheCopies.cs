namespace RedisTagCache;

/// <summary>
/// Copies of entries in this instance's own memory: for caches that are built on <see cref="ITagCacheStore"/>. <see cref="ITagCache"/> and
/// <c>HybridCache</c> keep their own.
/// </summary>
/// <remarks>
/// A copy is judged by the same evictions as its entry, as far as this instance knows them: its own at once, those of others as soon as it hears of
/// them, and within two seconds if no message comes. All members are safe for concurrent use.
/// </remarks>
public interface ITagCacheCopies
{
    /// <summary>Makes room for copies of a region's entries. Each call makes a room of its own, which lives as long as the cache does.</summary>
    /// <param name="region">The region, one with tags.</param>
    /// <param name="maxBytes">The memory for them, by the size of their payloads. 1 byte or more.</param>
    /// <returns>The room, empty.</returns>
    /// <exception cref="ArgumentException">The region takes no tags.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxBytes"/> is not positive.</exception>
    IEntryCopies Keep(CacheRegion region, long maxBytes);
}
