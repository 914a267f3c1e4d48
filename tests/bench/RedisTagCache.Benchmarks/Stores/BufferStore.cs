using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;

namespace RedisTagCache.Benchmarks.Stores;

/// <summary>An <see cref="IBufferDistributedCache"/>: into a buffer of the caller's, and from one.</summary>
internal sealed class BufferStore(string name, IBufferDistributedCache cache) : StoreContender(name)
{
    private readonly DistributedCacheEntryOptions _options = new() { AbsoluteExpirationRelativeToNow = Shape.Lifetime };

    public override bool HasTags => false;

    public override bool IsPlain => true;

    public override Operation Get(Shape shape)
    {
        var buffers = shape.Keys.Select(_ => new FixedBuffer(shape.Payload.Length)).ToArray(); // no two callers have one key
        return Operation.Of(
            key =>
            {
                buffers[key].Clear();
                return cache.TryGetAsync(shape.Keys[key], buffers[key]);
            },
            static found =>
            {
                if (!found)
                    throw new InvalidOperationException("An entry was expected.");
            });
    }

    public override Operation Set(Shape shape)
    {
        var payload = new ReadOnlySequence<byte>(shape.Payload);
        return Operation.Of(key => cache.SetAsync(shape.Keys[key], payload, _options));
    }

    private sealed class FixedBuffer(int size) : IBufferWriter<byte>
    {
        private readonly byte[] _bytes = new byte[size];
        private int _written;

        public void Clear() => _written = 0;

        public void Advance(int count) => _written += count;

        public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.AsMemory(_written);

        public Span<byte> GetSpan(int sizeHint = 0) => _bytes.AsSpan(_written);
    }
}
