using RedisTagCache.Redis;

namespace RedisTagCache.Tests;

public sealed class CacheTokenTests
{
    private static readonly CacheToken _early = new(new EpochStamp(5, 7, 1));
    private static readonly CacheToken _late = new(new EpochStamp(6, 7, 1));

    [Fact]
    public void Older_OfOneLineage_IsTheLowerEpoch()
    {
        Assert.Equal(_early, CacheToken.Older(_early, _late));
        Assert.Equal(_early, CacheToken.Older(_late, _early));
        Assert.Equal(_late, CacheToken.Older(_late, _late));
    }

    [Theory]
    [InlineData(4, 8UL, 1U)]
    [InlineData(4, 7UL, 2U)]
    [InlineData(9, 7UL, 2U)]
    [InlineData(0, 0UL, 0U)]
    public void Older_OfTwoLineages_IsNever(long epoch, ulong generation, uint run)
    {
        var other = new CacheToken(new EpochStamp(epoch, generation, run));
        Assert.Equal(CacheToken.Never, CacheToken.Older(_early, other));
        Assert.Equal(CacheToken.Never, CacheToken.Older(other, _early));
    }

    [Fact]
    public void Older_OfNeverAndAnything_IsNever()
    {
        Assert.Equal(CacheToken.Never, CacheToken.Older(CacheToken.Never, _early));
        Assert.Equal(CacheToken.Never, CacheToken.Older(_early, CacheToken.Never));
        Assert.Equal(CacheToken.Never, CacheToken.Older(CacheToken.Never, default));
        Assert.Equal(CacheToken.Never, CacheToken.Older(CacheToken.Never, CacheToken.Never));
    }

    [Fact]
    public void Equality_OfTokens_TellsNeverDefaultAndStampsApart()
    {
        CacheToken[] different = [default, CacheToken.Never, _early, _late, new(new EpochStamp(5, 8, 1)), new(new EpochStamp(5, 7, 2))];
        for (var i = 0; i < different.Length; i++)
        {
            for (var j = 0; j < different.Length; j++)
            {
                Assert.Equal(i == j, different[i] == different[j]);
                Assert.Equal(i != j, different[i] != different[j]);
                Assert.Equal(i == j, different[i].Equals((object)different[j]));
            }
        }

        Assert.Equal(_early.GetHashCode(), new CacheToken(new EpochStamp(5, 7, 1)).GetHashCode());
        Assert.True(default(CacheToken).IsDefault);
        Assert.False(CacheToken.Never.IsDefault);
        Assert.True(CacheToken.Never.IsNever);
        Assert.False(_early.IsDefault || _early.IsNever);
    }
}
