using System.Buffers;
using Microsoft.AspNetCore.OutputCaching;

namespace RedisTagCache.Benchmarks.Stores;

/// <summary>A store of ASP.NET's output caching, used as the middleware uses it: arrays out, sequences in.</summary>
internal sealed class OutputStore(string name, IOutputCacheBufferStore store) : StoreContender(name)
{
    public override Operation Get(Shape shape) => Operation.Of(key => store.GetAsync(shape.Keys[key], default), shape.Check);

    public override Operation Set(Shape shape)
    {
        var payload = new ReadOnlySequence<byte>(shape.Payload);
        return Operation.Of(key => store.SetAsync(shape.Keys[key], payload, shape.Tags, Shape.Lifetime, default));
    }
}
