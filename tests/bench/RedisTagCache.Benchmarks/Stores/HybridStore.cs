using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache.Benchmarks.Stores;

/// <summary>A <see cref="HybridCache"/> past the memory of the instance. Its own value is an array of bytes.</summary>
internal sealed class HybridStore(string name, HybridCache cache) : StoreContender(name)
{
    private static readonly HybridCacheEntryOptions _options = new()
    {
        Expiration = Shape.Lifetime,
        Flags = HybridCacheEntryFlags.DisableLocalCache | HybridCacheEntryFlags.DisableCompression,
    };

    public override Operation Get(Shape shape) => Operation.Of(
        key => cache.GetOrCreateAsync(shape.Keys[key], static _ => new ValueTask<byte[]>([]), _options, shape.Tags),
        shape.Check);

    public override Operation Set(Shape shape) => Operation.Of(key => cache.SetAsync(shape.Keys[key], shape.Payload, _options, shape.Tags));
}
