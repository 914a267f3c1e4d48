using RedisTagCache.Invalidation;
using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Invalidation;

public sealed class CacheMomentTests
{
    [Fact]
    public void TokenOf_AKey_IsThatOfItsPartition()
    {
        var keys = new KeySpace("rtc", "build", 32);
        var states = Enumerable.Range(0, 32).Select(i => i == 31 ? null : new TagStateSnapshot(new EpochStamp(i + 1, 7, 1), 0, new TagInvalidationTable())).ToArray();
        var moment = new CacheMoment(keys, keys, states, new long[32], TimeProvider.System);
        Assert.Equal(new CacheVersion(new EpochStamp(5, 7, 1)), moment.VersionOf(new CacheEntryKey(CacheRegion.Output, "a"))); // in partition 4
        Assert.Equal(CacheVersion.Unknown, moment.VersionOf(new CacheEntryKey(CacheRegion.Output, "b"))); // in partition 31, of which nothing is known
    }

    [Fact]
    public void BeginScope_NestedAndEnded_OutermostThatLastsCounts()
    {
        var keys = new KeySpace("rtc", "build", 1);
        CacheMoment Moment(KeySpace of) => new(of, of, [null], [0], TimeProvider.System);
        var (outer, inner, other) = (Moment(keys), Moment(keys), Moment(new KeySpace("rtc", "build", 1)));
        Assert.Null(VersionScope.Find(keys, 0));
        var outerScope = outer.BeginScope();
        using (inner.BeginScope())
        {
            using (other.BeginScope())
            {
                Assert.Same(outer, VersionScope.Find(keys, 0));
                Assert.Null(VersionScope.Find(keys, long.MaxValue)); // all of them are too old
                outerScope.Dispose();
                Assert.Same(inner, VersionScope.Find(keys, 0));
            }
        }

        Assert.Null(VersionScope.Find(keys, 0));
    }

    [Fact]
    public async Task BeginScope_WorkThatItLeftRunning_DoesNotCountWhenItHasEnded()
    {
        var keys = new KeySpace("rtc", "build", 1);
        var ended = new TaskCompletionSource();
        Task<(CacheMoment? Before, CacheMoment? After)> work;
        var moment = new CacheMoment(keys, keys, [null], [0], TimeProvider.System);
        using (moment.BeginScope())
            work = WorkAsync();
        Assert.Null(VersionScope.Find(keys, 0));
        ended.SetResult();
        Assert.Equal((moment, null), await work);

        async Task<(CacheMoment?, CacheMoment?)> WorkAsync()
        {
            var before = VersionScope.Find(keys, 0);
            await ended.Task;
            return (before, VersionScope.Find(keys, 0));
        }
    }

    [Theory]
    [InlineData(5L, null, 5)]
    [InlineData(9L, null, 7)]
    [InlineData(null, 6L, 6)]
    [InlineData(null, null, 7)]
    public void Min_OfTwoVersions_IsTheOlder(long? known, long? first, long expected)
    {
        var keys = new KeySpace("rtc", "build", 1);
        var moment = new CacheMoment(keys, keys, [known is { } epoch ? new TagStateSnapshot(new EpochStamp(epoch, 7, 1), 0, new TagInvalidationTable()) : null], [0], TimeProvider.System);
        var version = new CacheVersion(new EpochStamp(7, 7, 1));
        EpochStamp? seen = first is { } startedAt ? new EpochStamp(startedAt, 7, 1) : null;
        Assert.Equal(new CacheVersion(new EpochStamp(expected, 7, 1)), moment.Min(version, keys.Partitions[0], seen));
        Assert.Equal(default, moment.Min(default(CacheVersion), keys.Partitions[0], seen)); // of which nothing is known
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void TokenOf_NoKey_IsAnArgumentException(string? key) =>
        Assert.ThrowsAny<ArgumentException>(() => new CacheMoment(new object(), new KeySpace("rtc", "build", 1), [null], [0], TimeProvider.System).VersionOf(new CacheEntryKey(CacheRegion.Output, key!)));
}
