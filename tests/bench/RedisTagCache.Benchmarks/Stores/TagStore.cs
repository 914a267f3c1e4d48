using System.Buffers;

namespace RedisTagCache.Benchmarks.Stores;

/// <summary>Ours, as <see cref="ITagCacheStore"/>.</summary>
internal sealed class TagStore(string name, ITagCacheStore store) : StoreContender(name)
{
    private static readonly CacheRegion _tagged = new("tagged", isTagged: true, isIsolatedByBuild: true);
    private static readonly CacheRegion _untagged = new("untagged", isTagged: false, isIsolatedByBuild: true);

    public override bool IsPlain => true;

    public override Operation Get(Shape shape)
    {
        var region = RegionOf(shape);
        return Operation.Of(
            key => store.GetAsync(new CacheEntryKey(region, shape.Keys[key])),
            lookup =>
            {
                using (lookup)
                    shape.Check(lookup.Payload.Length);
            });
    }

    public override Operation Set(Shape shape)
    {
        var region = RegionOf(shape);
        var options = new TagCacheEntryOptions { Lifetime = Shape.Lifetime, Tags = shape.Tags };
        var payload = new ReadOnlySequence<byte>(shape.Payload);
        return Operation.Of(
            key => store.SetAsync(new CacheEntryKey(region, shape.Keys[key]), payload, CacheVersion.AtWrite, options),
            static outcome =>
            {
                if (outcome != CacheWriteOutcome.Stored)
                    throw new InvalidOperationException($"The write was {outcome}.");
            });
    }

    private static CacheRegion RegionOf(Shape shape) => shape.Tags.Length == 0 ? _untagged : _tagged;
}
