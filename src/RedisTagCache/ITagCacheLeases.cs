namespace RedisTagCache;

/// <summary>
/// The right to compute an entry's value, which one instance of the fleet has at a time: for caches that are built on <see cref="ITagCacheStore"/>.
/// <see cref="ITagCache"/> and <c>HybridCache</c> do this by themselves.
/// </summary>
/// <remarks>
/// Look the entry up, and when it misses ask for the lease. Who gets it computes the value and writes it with
/// <see cref="CacheLease.SetAsync"/>; the others <see cref="CacheLease.WaitAsync"/> and look the entry up again. All members are safe for concurrent use.
/// </remarks>
public interface ITagCacheLeases
{
    /// <summary>Whether calls of the cache ask Redis at all: <see langword="false"/> while none of its servers answers, when lookups miss and writes are dropped at once.</summary>
    bool IsAvailable { get; }

    /// <summary>Asks for the lease on an entry, in one round trip.</summary>
    /// <param name="key">The entry's key, of a region with tags.</param>
    /// <param name="found">What a lookup of the entry gave, not disposed of yet. Where it has a value, that is stale and to be refreshed.</param>
    /// <param name="cancellationToken">Ends the wait; a lease that is granted after that is given back.</param>
    /// <returns>The lease, or who has it. Dispose it: that gives it back.</returns>
    /// <exception cref="ArgumentException">The key is empty, or its region takes no tags.</exception>
    ValueTask<CacheLease> AcquireAsync(CacheEntryKey key, CacheLookup found, CancellationToken cancellationToken = default);

    /// <summary>Looks an entry up once more, after waiting for another's lease, in one round trip.</summary>
    /// <param name="key">The entry's key, of a region with tags.</param>
    /// <param name="since">The token of the caller's first lookup. A value whose computation began after that lookup is returned to the caller even if it was evicted in between. So one computation
    /// serves a caller that waits, however often its tags are evicted.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What was found. Dispose it. Do not give a value to anybody who came later than the first lookup.</returns>
    /// <exception cref="ArgumentException">The key is empty, or its region takes no tags.</exception>
    ValueTask<CacheLookup> LookAgainAsync(CacheEntryKey key, CacheVersion since, CancellationToken cancellationToken = default);
}
