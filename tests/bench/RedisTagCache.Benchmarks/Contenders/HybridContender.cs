using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache.Benchmarks.Contenders;

internal sealed class HybridContender(string name, HybridCache cache) : Contender(name)
{
    private static readonly HybridCacheEntryOptions _everywhere = new() { Expiration = TimeSpan.FromMinutes(30) };
    private static readonly HybridCacheEntryOptions _redisOnly = new() { Expiration = TimeSpan.FromMinutes(30), Flags = HybridCacheEntryFlags.DisableLocalCache };

    public override bool HasSpanKeys => true;

    public override ValueTask<string> GetAsync(string key, string[]? tags) =>
        cache.GetOrCreateAsync(key, static _ => new ValueTask<string>(Payload.Text()), _everywhere, tags);

    public override ValueTask<string> GetBySpanAsync(ReadOnlySpan<char> key, string[]? tags) =>
        cache.GetOrCreateAsync(key, static _ => new ValueTask<string>(Payload.Text()), _everywhere, tags);

    public override ValueTask<byte[]> GetFromRedisAsync(string key, string[] tags) =>
        cache.GetOrCreateAsync(key, static _ => new ValueTask<byte[]>(Payload.Bytes()), _redisOnly, tags);
}
