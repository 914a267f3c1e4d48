using Microsoft.Extensions.Caching.Distributed;

namespace RedisTagCache.Benchmarks.Stores;

/// <summary>An <see cref="IDistributedCache"/>: arrays in and out.</summary>
internal sealed class DistributedStore(string name, IDistributedCache cache, TimeSpan? sliding = null) : StoreContender(name)
{
    private readonly DistributedCacheEntryOptions _options = new() { AbsoluteExpirationRelativeToNow = Shape.Lifetime, SlidingExpiration = sliding };

    public override bool HasTags => false;

    public override bool IsPlain => true;

    public override Operation Get(Shape shape) => Operation.Of(key => cache.GetAsync(shape.Keys[key]), shape.Check);

    public override Operation Set(Shape shape) => Operation.Of(key => cache.SetAsync(shape.Keys[key], shape.Payload, _options));
}
