using RedisTagCache.Redis;
using RedisTagCache.Store;

namespace RedisTagCache.Tests;

public sealed class CacheMomentTests
{
    [Fact]
    public void TokenOf_AKey_IsThatOfItsPartition()
    {
        var keys = new KeySpace("rtc", "build", 32);
        var states = Enumerable.Range(0, 32).Select(i => i == 31 ? null : new MirrorState(new EpochStamp(i + 1, 7, 1), 0, new MarkTable())).ToArray();
        var moment = new CacheMoment(keys, states);
        Assert.Equal(new CacheToken(new EpochStamp(5, 7, 1)), moment.TokenOf(new CacheEntryKey(CacheSurface.Output, "a"))); // in partition 4
        Assert.Equal(CacheToken.Never, moment.TokenOf(new CacheEntryKey(CacheSurface.Output, "b"))); // in partition 31, of which nothing is known
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void TokenOf_NoKey_IsAnArgumentException(string? key) =>
        Assert.ThrowsAny<ArgumentException>(() => new CacheMoment(new KeySpace("rtc", "build", 1), [null]).TokenOf(new CacheEntryKey(CacheSurface.Output, key!)));
}
