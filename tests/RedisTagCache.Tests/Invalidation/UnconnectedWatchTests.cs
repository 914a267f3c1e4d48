using RedisTagCache.Commands;
using RedisTagCache.Invalidation;
using RedisTagCache.Tags;
using RedisTagCache.Tests.LocalCaching;
using RedisTagCache.Tests.Tags;

namespace RedisTagCache.Tests.Invalidation;

/// <summary>Evictions before the first connection apply in each partition from then on.</summary>
public sealed class UnconnectedWatchTests
{
    private readonly UnconnectedWatch _unconnected = new(new RedisCommands(null!));
    private readonly PartitionWatch _partition = Copies.Watch();

    [Fact]
    public void End_AfterEvictions_AppliesEachOfThem()
    {
        for (var i = 0; i <= InvalidationRetryQueue.Most; i++)
            Assert.True(_unconnected.TryEvict([Invalidations.Member("h", "a")]));
        Assert.True(_unconnected.TryEvict([Invalidations.Member("h", "b"), Invalidations.Member("s", "c")]));
        _unconnected.End([_partition]);
        Assert.Equal((true, true, false, false), (IsEvicted("a"), IsEvicted("b"), IsEvicted("c"), IsEvicted("d")));
        Assert.True(_partition.TagState.UnconfirmedAt(0).IsExpiredHere(TagId.Of("c", "tag")));
        Assert.False(_unconnected.TryEvict([Invalidations.Member("h", "d")]));
        Assert.False(_unconnected.TryEvictEverything());
    }

    [Fact]
    public void End_AfterTooManyEvictions_AppliesOneOfEverything()
    {
        Assert.True(_unconnected.TryEvict([Invalidations.Member("h", "a")]));
        Assert.True(_unconnected.TryEvictEverything());
        Assert.True(_unconnected.TryEvict([Invalidations.Member("h", "b")]));
        _unconnected.End([_partition]);
        Assert.Equal((true, true, true), (IsEvicted("a"), IsEvicted("b"), IsEvicted("c")));
        _partition.TagState.ConfirmAll(_partition.TagState.UnconfirmedCount);
        Assert.Equal((false, false), (IsEvicted("a"), _partition.TagState.Owes));
    }

    [Fact]
    public void End_WithoutEvictions_AppliesNone()
    {
        _unconnected.End([_partition]);
        Assert.False(_partition.TagState.Owes);
    }

    private bool IsEvicted(string tag) => _partition.TagState.UnconfirmedAt(0).IsEvictedHere(TagId.Of(tag, nameof(tag)));
}
