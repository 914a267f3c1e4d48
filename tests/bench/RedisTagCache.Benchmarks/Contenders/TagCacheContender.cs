using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache.Benchmarks.Contenders;

internal sealed class TagCacheContender(string name, ITagCache cache) : Contender(name)
{
    private static readonly CachePolicy _everywhere = new() { Lifetime = TimeSpan.FromMinutes(30) };
    private static readonly CachePolicy _redisOnly = new() { Lifetime = TimeSpan.FromMinutes(30), Flags = HybridCacheEntryFlags.DisableLocalCache };

    public override ValueTask<string> GetAsync(string key, string[]? tags) =>
        cache.GetOrCreateAsync(key, static (_, _) => new ValueTask<string>(Payload.Text()), _everywhere, tags);

    public override ValueTask<byte[]> GetFromRedisAsync(string key, string[] tags) =>
        cache.GetOrCreateAsync(key, static (_, _) => new ValueTask<byte[]>(Payload.Bytes()), _redisOnly, tags);
}
