using ZiggyCreatures.Caching.Fusion;

namespace RedisTagCache.Benchmarks.Contenders;

internal sealed class FusionContender(string name, IFusionCache cache) : Contender(name)
{
    private static readonly FusionCacheEntryOptions _everywhere = new(TimeSpan.FromMinutes(30));
    private static readonly FusionCacheEntryOptions _redisOnly = new(TimeSpan.FromMinutes(30)) { SkipMemoryCacheRead = true, SkipMemoryCacheWrite = true };

    public override ValueTask<string> GetAsync(string key, string[]? tags) =>
        cache.GetOrSetAsync<string>(key, static (_, _) => Task.FromResult(Payload.Text()), options: _everywhere, tags: tags);

    public override ValueTask<byte[]> GetFromRedisAsync(string key, string[] tags) =>
        cache.GetOrSetAsync<byte[]>(key, static (_, _) => Task.FromResult(Payload.Bytes()), options: _redisOnly, tags: tags);
}
