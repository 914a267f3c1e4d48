using StackExchange.Redis;

namespace RedisTagCache.Benchmarks.Stores;

/// <summary>The floor: one GET or SET by the client that all the caches use. No cache at all.</summary>
internal sealed class BareStore(string name, IDatabase database) : StoreContender(name)
{
    public override bool IsPlain => true;

    public override Operation Get(Shape shape) => Operation.Of(
        key => database.StringGetAsync(shape.Keys[key]),
        found => shape.Check((byte[]?)found));

    public override Operation Set(Shape shape) => Operation.Of(
        key => database.StringSetAsync(shape.Keys[key], shape.Payload, Shape.Lifetime),
        static _ => { });
}
