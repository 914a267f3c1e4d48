using RedisTagCache.Redis;

namespace RedisTagCache.Tests;

public sealed class CacheTokenTests
{
    private static readonly CacheVersion _early = new(new EpochStamp(5, 7, 1));
    private static readonly CacheVersion _late = new(new EpochStamp(6, 7, 1));

    [Fact]
    public void Older_OfOneLineage_IsTheLowerEpoch()
    {
        Assert.Equal(_early, CacheVersion.Older(_early, _late));
        Assert.Equal(_early, CacheVersion.Older(_late, _early));
        Assert.Equal(_late, CacheVersion.Older(_late, _late));
    }

    [Theory]
    [InlineData(4, 8UL, 1U)]
    [InlineData(4, 7UL, 2U)]
    [InlineData(9, 7UL, 2U)]
    [InlineData(0, 0UL, 0U)]
    public void Older_OfTwoLineages_IsNever(long epoch, ulong generation, uint run)
    {
        var other = new CacheVersion(new EpochStamp(epoch, generation, run));
        Assert.Equal(CacheVersion.Never, CacheVersion.Older(_early, other));
        Assert.Equal(CacheVersion.Never, CacheVersion.Older(other, _early));
    }

    [Fact]
    public void Older_OfNeverAndAnything_IsNever()
    {
        Assert.Equal(CacheVersion.Never, CacheVersion.Older(CacheVersion.Never, _early));
        Assert.Equal(CacheVersion.Never, CacheVersion.Older(_early, CacheVersion.Never));
        Assert.Equal(CacheVersion.Never, CacheVersion.Older(CacheVersion.Never, default));
        Assert.Equal(CacheVersion.Never, CacheVersion.Older(CacheVersion.Never, CacheVersion.Never));
    }

    [Fact]
    public void Equality_OfTokens_TellsNeverDefaultAndStampsApart()
    {
        CacheVersion[] different = [default, CacheVersion.Never, _early, _late, new(new EpochStamp(5, 8, 1)), new(new EpochStamp(5, 7, 2))];
        for (var i = 0; i < different.Length; i++)
        {
            for (var j = 0; j < different.Length; j++)
            {
                Assert.Equal(i == j, different[i] == different[j]);
                Assert.Equal(i != j, different[i] != different[j]);
                Assert.Equal(i == j, different[i].Equals((object)different[j]));
            }
        }

        Assert.Equal(_early.GetHashCode(), new CacheVersion(new EpochStamp(5, 7, 1)).GetHashCode());
        Assert.True(default(CacheVersion).IsDefault);
        Assert.False(CacheVersion.Never.IsDefault);
        Assert.True(CacheVersion.Never.IsNever);
        Assert.False(_early.IsDefault || _early.IsNever);
    }
}
