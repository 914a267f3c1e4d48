using System.Buffers;

namespace RedisTagCache;

/// <summary>
/// Stores bytes under a key, with tags, in Redis, and validates them by their tags when they are read. All regions use this store.
/// </summary>
/// <remarks>
/// <para>
/// After <see cref="EvictByTagAsync(string, CancellationToken)"/> has returned, no lookup that begins later, on any instance that reads
/// the same Redis, returns a value whose computation began before the eviction. For values that are computed after a
/// miss, pass <see cref="CacheLookup.Version"/> of that miss to the write.
/// </para>
/// <para>If Redis fails, a lookup is a miss (with the version <see cref="CacheVersion.Unknown"/>) and a write <see cref="CacheWriteOutcome.Skipped"/>. Removals and evictions throw. All members are thread-safe.</para>
/// </remarks>
public interface ITagCacheStore
{
    /// <summary>Looks an entry up in one round trip. If this instance does not know the newest evictions yet, a second one fetches them.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="cancellationToken">Ends the wait; the lookup is then abandoned.</param>
    /// <returns>What was found. Dispose it when the payload has been read: its buffer is pooled.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    ValueTask<CacheLookup> GetAsync(CacheEntryKey key, CancellationToken cancellationToken = default);

    /// <summary>Writes an entry with its tags, atomically. It replaces an existing entry with its lifetime and tags.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="payload">The bytes to store. The caller can reuse the buffer when the returned task has completed, with any result.</param>
    /// <param name="version">
    /// The version of the lookup that missed before the value was computed. <see cref="CacheVersion.AtWrite"/> is correct only for values that do not depend on data that was
    /// read before the call.
    /// </param>
    /// <param name="options">Lifetimes and tags.</param>
    /// <param name="cancellationToken">Ends the wait; the write may still reach Redis.</param>
    /// <returns>Whether the entry was stored, was rejected because it may be older than an eviction, or was skipped because Redis is unavailable.</returns>
    /// <exception cref="ArgumentException">The key is empty, a tag is not valid, or the region takes no tags.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A lifetime is not positive, or the payload is larger than Redis takes (512 MiB).</exception>
    ValueTask<CacheWriteOutcome> SetAsync(
        CacheEntryKey key, ReadOnlySequence<byte> payload, CacheVersion version, TagCacheEntryOptions options, CancellationToken cancellationToken = default);

    /// <summary>Removes one entry. On a region with tags, other instances drop their copies when they learn of the removal, and a write under a lease that was acquired before is rejected.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="cancellationToken">Ends the wait; the removal may still reach Redis.</param>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm the removal.</exception>
    ValueTask RemoveAsync(CacheEntryKey key, CancellationToken cancellationToken = default);

    /// <summary>Evicts all entries with the tag, in all regions and builds, whatever their number.</summary>
    /// <param name="tag">The tag. All pages of output caching and all values of <see cref="ITagCache"/> and <c>HybridCache</c> have the tag <c>*</c>.</param>
    /// <param name="cancellationToken">Ends the wait; the eviction continues.</param>
    /// <exception cref="ArgumentException">The tag is empty or not valid Unicode.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm the eviction. It is retried until Redis does.</exception>
    ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken = default);

    /// <summary>Evicts all entries with any of the tags.</summary>
    /// <param name="tags">The tags. Entries that are null or empty are skipped. An empty sequence does nothing.</param>
    /// <param name="cancellationToken">Ends the wait; the eviction continues.</param>
    /// <exception cref="ArgumentException">A tag is not valid Unicode. Nothing is evicted then.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm the eviction. It is retried until Redis does.</exception>
    ValueTask EvictByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default);

    /// <summary>Makes all entries with the tag stale. They can still be read, as <see cref="CacheLookupState.Stale"/>, until their lifetime ends or they are replaced.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="cancellationToken">Ends the wait; the expiry continues.</param>
    /// <exception cref="ArgumentException">The tag is empty or not valid Unicode.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm the expiry. It is retried until Redis does.</exception>
    ValueTask ExpireByTagAsync(string tag, CancellationToken cancellationToken = default);

    /// <summary>Makes all entries with any of the tags stale.</summary>
    /// <param name="tags">The tags. Entries that are null or empty are skipped. An empty sequence does nothing.</param>
    /// <param name="cancellationToken">Ends the wait; the expiry continues.</param>
    /// <exception cref="ArgumentException">A tag is not valid Unicode. Nothing is expired then.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm the expiry. It is retried until Redis does.</exception>
    ValueTask ExpireByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default);
}
