using System.Collections.Immutable;

namespace RedisTagCache.LocalCaching;

/// <summary>Represents a local cache of one region's entries. See <see cref="ITagCacheCopies"/>. All members are thread-safe.</summary>
internal interface IEntryCopies
{
    /// <summary>Gets a copy that is fresh as far as this instance knows, without asking Redis and without copying the bytes.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="payload">The bytes that were written. All callers get the same bytes, and can keep them.</param>
    /// <returns><see langword="true"/> if there is such a copy. If there is none, or if this instance does not know whether it is still fresh, <see langword="false"/>: look the entry up.</returns>
    bool TryGet(ReadOnlySpan<char> key, out ImmutableArray<byte> payload);

    /// <summary>
    /// Looks an entry up in Redis, as <see cref="ITagCacheStore.GetAsync"/> does. If it is fresh, and was also looked up within the last ten
    /// seconds, it is cached locally.
    /// </summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="cancellationToken">Ends the wait; the lookup is then abandoned.</param>
    /// <returns>What was found. Dispose it when the payload has been read: its buffer is pooled.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    ValueTask<CacheLookup> GetAsync(string key, CancellationToken cancellationToken = default);
}
