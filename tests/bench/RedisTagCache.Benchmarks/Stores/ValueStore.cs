using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache.Benchmarks.Stores;

/// <summary>Ours, as <see cref="ITagCache"/>, past the memory of the instance.</summary>
internal sealed class ValueStore(string name, ITagCache cache) : StoreContender(name)
{
    private static readonly CachePolicy _policy = new() { Lifetime = Shape.Lifetime, Flags = HybridCacheEntryFlags.DisableLocalCache };

    public override Operation Get(Shape shape) => Operation.Of(
        key => cache.GetOrCreateAsync(shape.Keys[key], static (_, _) => new ValueTask<byte[]>([]), _policy, shape.Tags),
        shape.Check);

    public override Operation Set(Shape shape) => Operation.Of(key => cache.SetAsync(shape.Keys[key], shape.Payload, _policy, shape.Tags));
}
