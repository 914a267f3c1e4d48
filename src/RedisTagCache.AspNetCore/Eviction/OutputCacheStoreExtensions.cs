using Microsoft.AspNetCore.Http;
using RedisTagCache;
using RedisTagCache.AspNetCore.Eviction;

namespace Microsoft.AspNetCore.OutputCaching;

/// <summary>Evicts single pages.</summary>
public static class RedisTagOutputCacheStoreExtensions
{
    /// <summary>Evicts the pages of one path, in all their variants (query, headers, host, method), on every instance.</summary>
    /// <param name="store">The store of <c>AddRedisTagOutputCache</c>.</param>
    /// <param name="path">The path, without the path base and without a query; compared without regard to case.</param>
    /// <param name="cancellationToken">Ends the wait; the eviction may still reach Redis.</param>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm the eviction. It is repeated when Redis is back.</exception>
    public static ValueTask EvictByPathAsync(this IOutputCacheStore store, PathString path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.EvictByTagAsync(PathTag.Of(path), cancellationToken);
    }

    /// <summary>Makes the pages of one path stale, in all their variants: each is served once more while it is rendered anew.</summary>
    /// <param name="store">The cache's store.</param>
    /// <param name="path">The path, without the path base and without a query; compared without regard to case.</param>
    /// <param name="cancellationToken">Ends the wait; the expiry may still reach Redis.</param>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm the expiry. It is repeated when Redis is back.</exception>
    public static ValueTask ExpireByPathAsync(this ITagCacheStore store, PathString path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.ExpireByTagAsync(PathTag.Of(path), cancellationToken);
    }
}
