using ZiggyCreatures.Caching.Fusion;

namespace RedisTagCache.Benchmarks.Stores;

/// <summary>FusionCache past the memory of the instance.</summary>
internal sealed class FusionStore(string name, IFusionCache cache) : StoreContender(name)
{
    private static readonly FusionCacheEntryOptions _options = new(Shape.Lifetime) { SkipMemoryCacheRead = true, SkipMemoryCacheWrite = true };

    public override Operation Get(Shape shape) => Operation.Of(
        key => cache.GetOrSetAsync<byte[]>(shape.Keys[key], static (_, _) => Task.FromResult<byte[]>([]), options: _options, tags: shape.Tags),
        shape.Check);

    public override Operation Set(Shape shape) => Operation.Of(key => cache.SetAsync(shape.Keys[key], shape.Payload, _options, shape.Tags));
}
