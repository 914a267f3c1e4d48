namespace RedisTagCache.Leases;

/// <summary>
/// Grants leases: the right to compute an entry's value, which one instance of the fleet has at a time. For caches that are built on <see cref="ITagCacheStore"/>.
/// <see cref="ITagCache"/> and <c>HybridCache</c> do this automatically.
/// </summary>
/// <remarks>
/// Look the entry up, and if it misses, request the lease. The caller that gets it computes the value and writes it with
/// <see cref="CacheLease.SetAsync"/>. The other callers call <see cref="CacheLease.WaitAsync"/> and look the entry up again. All members are thread-safe.
/// </remarks>
internal interface ITagCacheLeases
{
    /// <summary>Gets whether the cache sends calls to Redis. It is <see langword="false"/> while none of its servers responds: lookups then miss and writes are skipped at once.</summary>
    bool IsAvailable { get; }

    /// <summary>Requests the lease on an entry, in one round trip.</summary>
    /// <param name="key">The entry's key, in a region with tags.</param>
    /// <param name="found">The lookup of the entry, not disposed yet. If it has a value, that value is stale and is to be refreshed.</param>
    /// <param name="cancellationToken">Ends the wait; a lease that is granted later is released.</param>
    /// <returns>The result of the request. Dispose it to release the lease.</returns>
    /// <exception cref="ArgumentException">The key is empty, or its region takes no tags.</exception>
    ValueTask<CacheLease> AcquireAsync(CacheEntryKey key, CacheLookup found, CancellationToken cancellationToken = default);

    /// <summary>Looks an entry up again after a wait for the lease of another caller, in one round trip.</summary>
    /// <param name="key">The entry's key, in a region with tags.</param>
    /// <param name="since">The version of the caller's first lookup. A value whose computation began after that lookup is returned to the caller even if it was evicted in between. So one computation
    /// serves a caller that waits, however often its tags are evicted.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lookup. Dispose it. Do not return its value to callers that came after the first lookup.</returns>
    /// <exception cref="ArgumentException">The key is empty, or its region takes no tags.</exception>
    ValueTask<CacheLookup> LookAgainAsync(CacheEntryKey key, CacheVersion since, CancellationToken cancellationToken = default);
}
