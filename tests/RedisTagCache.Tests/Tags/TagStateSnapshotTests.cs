using RedisTagCache.Tags;
using RedisTagCache.Tests.Entries.Envelope;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Tags;

public sealed class TagStateSnapshotTests
{
    [Theory]
    [InlineData(100, 0, "", false)]
    [InlineData(100, 0, "h:other:150", false)]
    [InlineData(100, 0, "h:b:101", true)]
    [InlineData(100, 0, "h:b:100", false)]
    [InlineData(100, 0, "s:a:150 s:b:150", false)]
    [InlineData(100, 100, "", false)]
    [InlineData(100, 101, "", true)]
    [InlineData(300, 0, "h:a:250", false)]
    public void IsPast_ValueWithTwoTags_DependsOnEvictionsAndFloor(long startedAt, long floor, string invalidations, bool expected)
    {
        var state = new TagStateSnapshot(new EpochStamp(200, 7, 1), floor, Invalidations.Table(invalidations));
        Assert.Equal(expected, state.IsPast(new EpochStamp(startedAt, 7, 1), Envelopes.Ids("a", "b")));
    }

    [Fact]
    public void IsPast_ValueOfAnotherGeneration_IsLeftToRedis()
    {
        var state = new TagStateSnapshot(new EpochStamp(200, 7, 1), 150, Invalidations.Table("h:a:190"));
        Assert.False(state.IsPast(new EpochStamp(100, 8, 1), Envelopes.Ids("a")));
    }
}
