using Microsoft.AspNetCore.Http;
using RedisTagCache;
using RedisTagCache.Tags;

namespace Microsoft.AspNetCore.OutputCaching;

/// <summary>Provides extension methods that evict or expire the pages of one path.</summary>
public static class RedisTagOutputCacheStoreExtensions
{
    /// <summary>Evicts the pages of one path, in all their variants (query, headers, host, method), on every instance.</summary>
    /// <param name="store">The store of <c>AddRedisTagOutputCache</c>.</param>
    /// <param name="path">The path, without the path base. A query, a trailing slash and the case are ignored.</param>
    /// <param name="cancellationToken">Ends the wait; the eviction continues.</param>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm the eviction. It is retried until Redis does.</exception>
    public static ValueTask EvictByPathAsync(this IOutputCacheStore store, PathString path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.EvictByTagAsync(PathTag.Of(path.Value), cancellationToken);
    }

    /// <summary>Evicts the pages of one path, given as text.</summary>
    /// <param name="store">The store of <c>AddRedisTagOutputCache</c>.</param>
    /// <param name="path">
    /// The path, with or without percent-encoding and a trailing slash, or an absolute HTTP URL. A query, a fragment, and the host are ignored: all variants of the
    /// path are evicted. It must not contain the path base.
    /// </param>
    /// <param name="cancellationToken">Ends the wait; the eviction continues.</param>
    /// <exception cref="ArgumentException">The path neither begins with a slash nor is an absolute HTTP URL.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm the eviction. It is retried until Redis does.</exception>
    public static ValueTask EvictByPathAsync(this IOutputCacheStore store, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.EvictByTagAsync(PathTag.OfAddress(path), cancellationToken);
    }

    /// <summary>Makes the pages of one path stale, in all their variants. Each is still served while it is refreshed.</summary>
    /// <param name="store">The store of the cache.</param>
    /// <param name="path">The path, without the path base. A query, a trailing slash and the case are ignored.</param>
    /// <param name="cancellationToken">Ends the wait; the expiry continues.</param>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm the expiry. It is retried until Redis does.</exception>
    public static ValueTask ExpireByPathAsync(this ITagCacheStore store, PathString path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.ExpireByTagAsync(PathTag.Of(path.Value), cancellationToken);
    }

    /// <summary>Makes the pages of one path stale, given as text.</summary>
    /// <param name="store">The store of the cache.</param>
    /// <param name="path">
    /// The path, with or without percent-encoding and a trailing slash, or an absolute HTTP URL. A query, a fragment, and the host are ignored: all variants of the
    /// path are expired. It must not contain the path base.
    /// </param>
    /// <param name="cancellationToken">Ends the wait; the expiry continues.</param>
    /// <exception cref="ArgumentException">The path neither begins with a slash nor is an absolute HTTP URL.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm the expiry. It is retried until Redis does.</exception>
    public static ValueTask ExpireByPathAsync(this ITagCacheStore store, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.ExpireByTagAsync(PathTag.OfAddress(path), cancellationToken);
    }
}
