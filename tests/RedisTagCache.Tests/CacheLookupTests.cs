using System.Buffers;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests;

public sealed class CacheLookupTests
{
    private static readonly CacheVersion _version = new(new EpochStamp(5, 7, 1));

    [Theory]
    [InlineData(CacheLookupState.Fresh)]
    [InlineData(CacheLookupState.Stale)]
    public void Dispose_OfAFoundEntry_GivesTheBufferBackOnce(CacheLookupState state)
    {
        var owner = new Owner([1, 2, 3, 4]);
        var lookup = new CacheLookup(state, _version, DateTimeOffset.UnixEpoch, owner, owner.Memory[1..3]);
        Assert.Equal([2, 3], lookup.Payload.ToArray());
        Assert.Equal((true, CacheMissReason.None, _version, DateTimeOffset.UnixEpoch), (lookup.HasValue, lookup.MissReason, lookup.Version, lookup.CreatedAt));
        Assert.Equal(0, owner.Disposed);

        lookup.Dispose();
        lookup.Dispose();

        Assert.Equal(1, owner.Disposed);
        Assert.Throws<ObjectDisposedException>(() => lookup.Payload);
        Assert.Equal((state, true, _version), (lookup.State, lookup.HasValue, lookup.Version)); // what is no buffer stays readable
    }

    [Theory]
    [InlineData(CacheMissReason.Absent)]
    [InlineData(CacheMissReason.Evicted)]
    [InlineData(CacheMissReason.Damaged)]
    [InlineData(CacheMissReason.Unavailable)]
    public void Payload_OfAMiss_IsEmptyAlsoAfterDispose(CacheMissReason reason)
    {
        var lookup = new CacheLookup(reason, _version);
        Assert.Equal((CacheLookupState.Miss, reason, false, _version), (lookup.State, lookup.MissReason, lookup.HasValue, lookup.Version));
        Assert.True(lookup.Payload.IsEmpty);
        lookup.Dispose();
        Assert.True(lookup.Payload.IsEmpty);
    }

    [Fact]
    public void Payload_OfAnEmptyValue_IsAValue()
    {
        using var lookup = new CacheLookup(CacheLookupState.Fresh, default, default, new Owner([]), ReadOnlyMemory<byte>.Empty);
        Assert.True(lookup.HasValue);
        Assert.True(lookup.Payload.IsEmpty);
    }

    private sealed class Owner(byte[] bytes) : IMemoryOwner<byte>
    {
        public int Disposed { get; private set; }

        public Memory<byte> Memory => bytes;

        public void Dispose() => Disposed++;
    }
}
