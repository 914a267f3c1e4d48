using System.Buffers;
using RedisTagCache.Commands;
using RedisTagCache.Commands.Batching;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Commands;

public sealed class RequestQueueTests
{
    private readonly RequestQueue<EntryRead, (IMemoryOwner<byte>? Entry, EpochStamp? Stamp)> _queue = new();
    private readonly EntrySizes _sizes = new();

    [Fact]
    public void Add_SameKey_SharesTheAnswerOfTheEarlierOne()
    {
        var (first, second, third) = (Read("a", 1), Read("a", 1), Read("b", 2));
        _queue.Add(first);
        _queue.Add(third);
        _queue.Add(second);
        Assert.Same(first, _queue.TakeFirst());
        Assert.Same(second, first.Sharer);
        Assert.Same(third, _queue.TakeFirst());
        Assert.True(_queue.IsEmpty);
    }

    [Fact]
    public void Add_SameKeyAfterTheEarlierOneWasTaken_WaitsForAnAnswerOfItsOwn()
    {
        var (first, second) = (Read("a", 1), Read("a", 1));
        _queue.Add(first);
        _queue.TakeFirst();
        _queue.Add(second);
        Assert.Null(first.Sharer);
        Assert.Same(second, _queue.TakeFirst());
    }

    [Fact]
    public void Add_OtherKeyWithTheSameHash_WaitsForAnAnswerOfItsOwn()
    {
        var (first, second) = (Read("a", 1), Read("b", 1));
        _queue.Add(first);
        _queue.Add(second);
        Assert.Same(first, _queue.TakeFirst());
        Assert.Same(second, _queue.TakeFirst());
        Assert.Null(first.Sharer);
    }

    [Fact]
    public void Add_RefusedTogether_IsNeitherSharedNorShares()
    {
        var (first, second) = (Read("a", 1), Read("a", 1));
        first.IsAlone = true;
        _queue.Add(first);
        _queue.Add(second);
        Assert.Same(first, _queue.TakeFirst());
        Assert.Same(second, _queue.TakeFirst());
    }

    [Fact]
    public void Add_SharerWithALaterDeadline_KeepsTheEarlierOneFromBeingPast()
    {
        var (first, second) = (Read("a", 1, TimeSpan.FromMinutes(-1)), Read("a", 1));
        _queue.Add(first);
        Assert.True(first.IsPast);
        _queue.Add(second);
        Assert.False(first.IsPast);
    }

    [Fact]
    public void Dispose_OfASharedEntry_ReturnsTheBufferWithTheLastHolder()
    {
        var entry = new PooledEntry(10);
        var shared = new SharedEntry(entry, 3);
        shared.Dispose();
        shared.Dispose();
        Assert.Equal(10, entry.Memory.Length);
        shared.Dispose();
        Assert.Throws<ObjectDisposedException>(() => entry.Memory);
    }

    private EntryRead Read(string key, int hash, TimeSpan? patience = null)
    {
        var read = EntryRead.Take(null!, key);
        read.Begin(hash, _sizes, TimeProvider.System, TimeProvider.System.GetTimestamp() + (patience ?? TimeSpan.FromMinutes(1)).Ticks * TimeProvider.System.TimestampFrequency / TimeSpan.TicksPerSecond);
        return read;
    }
}
