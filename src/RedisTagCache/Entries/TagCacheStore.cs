using System.Buffers;
using System.Runtime.CompilerServices;
using RedisTagCache.Invalidation;
using RedisTagCache.Tags;

namespace RedisTagCache.Entries;

/// <summary>The store as its users see it: entries in Redis, and evictions by tag.</summary>
internal sealed class TagCacheStore(PartitionSet partitions, EntryStore entries, TagInvalidator invalidator, TimeProvider time) : ITagCacheStore
{
    /// <inheritdoc/>
    public ValueTask<CacheLookup> GetAsync(CacheEntryKey key, CancellationToken cancellationToken = default) => entries.ReadAsync(key, cancellationToken);

    /// <summary>The same on the client's synchronous path; for regions without tags.</summary>
    public CacheLookup Get(CacheEntryKey key) => entries.Read(key);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CacheWriteOutcome> SetAsync(
        CacheEntryKey key, ReadOnlySequence<byte> payload, CacheVersion version, TagCacheEntryOptions options, CancellationToken cancellationToken = default)
    {
        var content = EntryContent.Of(key, payload, options, Now());
        return await entries.SetAsync(key, content, version, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same on the client's synchronous path; for regions without tags.</summary>
    public CacheWriteOutcome Set(CacheEntryKey key, ReadOnlySequence<byte> payload, TagCacheEntryOptions options) =>
        entries.Set(key, EntryContent.Of(key, payload, options, Now()));

    /// <summary>Prolongs a sliding expiration. Does nothing for other entries, and nothing while Redis is unavailable.</summary>
    public ValueTask RefreshAsync(CacheEntryKey key, CancellationToken cancellationToken) => entries.TouchAsync(key, cancellationToken);

    /// <summary>The same on the client's synchronous path.</summary>
    public void Refresh(CacheEntryKey key) => entries.Touch(key);

    /// <inheritdoc/>
    public ValueTask RemoveAsync(CacheEntryKey key, CancellationToken cancellationToken = default) => entries.RemoveAsync(key, cancellationToken);

    /// <summary>The same on the client's synchronous path; for regions without tags.</summary>
    public void Remove(CacheEntryKey key) => entries.Remove(key);

    /// <inheritdoc/>
    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken = default) =>
        invalidator.InvalidateAsync(TagInvalidationKind.Evict, [tag], nameof(tag), cancellationToken);

    /// <inheritdoc/>
    public ValueTask EvictByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default) =>
        invalidator.InvalidateAsync(TagInvalidationKind.Evict, Given(tags), nameof(tags), cancellationToken);

    /// <inheritdoc/>
    public ValueTask ExpireByTagAsync(string tag, CancellationToken cancellationToken = default) =>
        invalidator.InvalidateAsync(TagInvalidationKind.Expire, [tag], nameof(tag), cancellationToken);

    /// <inheritdoc/>
    public ValueTask ExpireByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default) =>
        invalidator.InvalidateAsync(TagInvalidationKind.Expire, Given(tags), nameof(tags), cancellationToken);

    /// <summary>Captures what this instance knows of evictions, for the versions of values whose computation begins now. It does no I/O, and usually does not allocate.</summary>
    /// <returns>The snapshot. Keep it as long as the computation runs.</returns>
    public CacheMoment Observe() => partitions.Observe();

    // One tag that is missing must not keep the others from being evicted.
    private static IEnumerable<string> Given(IEnumerable<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        return tags.Where(static tag => !string.IsNullOrEmpty(tag));
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
