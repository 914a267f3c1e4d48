using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using RedisTagCache.Invalidation;
using RedisTagCache.Tags;

namespace RedisTagCache.Entries;

/// <summary>The store as its users see it: entries in Redis, and evictions by tag.</summary>
/// <param name="partitions">The partitions.</param>
/// <param name="entries">The entries.</param>
/// <param name="invalidator">Evicts.</param>
/// <param name="disabled">In place of the others, if the cache is disabled.</param>
/// <param name="time">The clock.</param>
internal sealed class TagCacheStore(PartitionSet partitions, EntryStore entries, TagInvalidator invalidator, DisabledCache? disabled, TimeProvider time) : ITagCacheStore
{
    /// <inheritdoc/>
    public ValueTask<CacheLookup> GetAsync(CacheEntryKey key, CancellationToken cancellationToken = default) =>
        disabled is null ? entries.ReadAsync(key, cancellationToken) : new(DisabledCache.Miss);

    /// <summary>The same on the client's synchronous path; for regions without tags.</summary>
    public CacheLookup Get(CacheEntryKey key) => disabled is null ? entries.Read(key) : DisabledCache.Miss;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CacheWriteOutcome> SetAsync(
        CacheEntryKey key, ReadOnlySequence<byte> payload, CacheVersion version, TagCacheEntryOptions options, CancellationToken cancellationToken = default)
    {
        var content = EntryContent.Of(key, payload, options, Now());
        return disabled is null ? await entries.SetAsync(key, content, version, cancellationToken).ConfigureAwait(false) : CacheWriteOutcome.Skipped;
    }

    /// <summary>The same on the client's synchronous path; for regions without tags.</summary>
    public CacheWriteOutcome Set(CacheEntryKey key, ReadOnlySequence<byte> payload, TagCacheEntryOptions options) =>
        EntryContent.Of(key, payload, options, Now()) is var content && disabled is null ? entries.Set(key, content) : CacheWriteOutcome.Skipped;

    /// <summary>Prolongs a sliding expiration. Does nothing for other entries, and nothing while Redis is unavailable.</summary>
    public ValueTask RefreshAsync(CacheEntryKey key, CancellationToken cancellationToken) => disabled is null ? entries.TouchAsync(key, cancellationToken) : default;

    /// <summary>The same on the client's synchronous path.</summary>
    public void Refresh(CacheEntryKey key)
    {
        if (disabled is null)
            entries.Touch(key);
    }

    /// <inheritdoc/>
    public ValueTask RemoveAsync(CacheEntryKey key, CancellationToken cancellationToken = default) =>
        disabled is null ? entries.RemoveAsync(key, cancellationToken) : default;

    /// <summary>The same on the client's synchronous path; for regions without tags.</summary>
    public void Remove(CacheEntryKey key)
    {
        if (disabled is null)
            entries.Remove(key);
    }

    /// <inheritdoc/>
    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken = default) =>
        InvalidateAsync(TagInvalidationKind.Evict, [tag], nameof(tag), cancellationToken);

    /// <inheritdoc/>
    public ValueTask EvictByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default) =>
        InvalidateAsync(TagInvalidationKind.Evict, Given(tags), nameof(tags), cancellationToken);

    /// <inheritdoc/>
    public ValueTask ExpireByTagAsync(string tag, CancellationToken cancellationToken = default) =>
        InvalidateAsync(TagInvalidationKind.Expire, [tag], nameof(tag), cancellationToken);

    /// <inheritdoc/>
    public ValueTask ExpireByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default) =>
        InvalidateAsync(TagInvalidationKind.Expire, Given(tags), nameof(tags), cancellationToken);

    /// <summary>Captures what this instance knows of evictions, for the versions of values whose computation begins now. It does no I/O, and usually does not allocate.</summary>
    /// <returns>The snapshot. Keep it as long as the computation runs.</returns>
    public CacheMoment Observe() => partitions.Observe();

    private ValueTask InvalidateAsync(TagInvalidationKind kind, IEnumerable<string> tags, string parameter, CancellationToken cancellationToken)
    {
        if (disabled is null)
            return invalidator.InvalidateAsync(kind, tags, parameter, cancellationToken);
        foreach (var tag in tags)
            TagId.Of(tag, parameter);
        disabled.Evict();
        return default;
    }

    // One tag that is missing must not keep the others from being evicted.
    private static IEnumerable<string> Given(IEnumerable<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        return tags.Where(static tag => !string.IsNullOrEmpty(tag));
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>Stands for the entries and the evictions of a cache that is disabled: there are none.</summary>
/// <param name="name">What the cache is called in log lines.</param>
/// <param name="logger">Learns of the first eviction.</param>
internal sealed class DisabledCache(string name, ILogger logger)
{
    private int _told;

    /// <summary>Gets the result of every lookup.</summary>
    public static CacheLookup Miss => new(CacheMissReason.Absent, CacheVersion.Unknown);

    /// <summary>Takes note of an eviction, which has no effect.</summary>
    public void Evict()
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
            Log.EvictionsDisabled(logger, name);
    }
}
