using System.Collections.Immutable;

namespace RedisTagCache;

/// <summary>The copies of one region's entries in this instance's memory; see <see cref="ITagCacheCopies"/>. All members are safe for concurrent use.</summary>
public interface IEntryCopies
{
    /// <summary>Gets a copy that is fresh as far as this instance knows, without asking Redis and without copying the bytes.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="payload">The bytes that were written. All callers are given the same ones, and may keep them.</param>
    /// <returns>False where there is no such copy, or this instance cannot tell whether it is still fresh: look the entry up.</returns>
    bool TryGet(ReadOnlySpan<char> key, out ImmutableArray<byte> payload);

    /// <summary>
    /// Looks an entry up in Redis, as <see cref="ITagCacheStore.GetAsync"/> does. If it is fresh, and was asked for before within the last ten
    /// seconds, a copy is kept.
    /// </summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="cancellationToken">Ends the wait; the lookup is then abandoned.</param>
    /// <returns>What was found. Dispose it when the payload has been read: its buffer is pooled.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    ValueTask<CacheLookup> GetAsync(string key, CancellationToken cancellationToken = default);
}
