using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Adapters;
using RedisTagCache.Caching;
using RedisTagCache.Entries;

namespace RedisTagCache.DependencyInjection;

/// <summary>The interfaces of other libraries that a cache implements.</summary>
internal static class CacheInterfaces
{
    public static HybridCache Hybrid(CacheParts cache) => new HybridCacheAdapter(cache.Get<TagCache>(), cache.Get<ValueStore>());

    public static DistributedCacheAdapter Distributed(CacheParts cache) => cache.Get<DistributedCacheAdapter>();
}
