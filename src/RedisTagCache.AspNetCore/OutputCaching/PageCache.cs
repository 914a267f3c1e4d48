using RedisTagCache.Entries;
using RedisTagCache.Leases;
using RedisTagCache.LocalCaching;

namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>What the pages use of the cache that they are in.</summary>
/// <param name="IsEnabled">Whether pages are cached.</param>
/// <param name="Store">The entries, and evictions.</param>
/// <param name="Leases">Leases that Redis grants.</param>
/// <param name="InProcessLeases">Leases of this process.</param>
/// <param name="Copies">The local cache.</param>
internal sealed record PageCache(bool IsEnabled, TagCacheStore Store, ITagCacheLeases Leases, InProcessLeasesOf InProcessLeases, ITagCacheCopies Copies);
