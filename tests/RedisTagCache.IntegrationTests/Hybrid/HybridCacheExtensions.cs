using Microsoft.Extensions.Caching.Hybrid;
using static Microsoft.Extensions.Caching.Hybrid.HybridCacheEntryFlags;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>A look at one level alone, through the public flags. Absent is <see langword="null"/>.</summary>
public static class HybridCacheExtensions
{
    public static ValueTask<string?> InMemoryAsync(this HybridCache cache, string key) => cache.PeekAsync<string>(key, DisableLocalCacheWrite | DisableDistributedCache);

    public static ValueTask<string?> InRedisAsync(this HybridCache cache, string key) => cache.PeekAsync<string>(key, DisableLocalCache | DisableDistributedCacheWrite);

    /// <summary>Reads what is there, and keeps a copy of it in memory.</summary>
    public static ValueTask<string> CopyAsync(this HybridCache cache, string key) =>
        cache.GetOrCreateAsync<string>(key, static _ => throw new InvalidOperationException("The factory must not run."));

    public static ValueTask<T?> PeekAsync<T>(this HybridCache cache, string key, HybridCacheEntryFlags flags = None) =>
        cache.GetOrCreateAsync<T?>(key, static _ => throw new InvalidOperationException("The factory must not run."), With(flags | DisableUnderlyingData));

    public static HybridCacheEntryOptions With(HybridCacheEntryFlags? flags) => new() { Flags = flags };
}
