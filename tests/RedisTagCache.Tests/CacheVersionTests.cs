using RedisTagCache.Topology;

namespace RedisTagCache.Tests;

public sealed class CacheVersionTests
{
    private static readonly CacheVersion _early = new(new EpochStamp(5, 7, 1));
    private static readonly CacheVersion _late = new(new EpochStamp(6, 7, 1));

    [Fact]
    public void Min_OfOneLineage_IsTheLowerEpoch()
    {
        Assert.Equal(_early, CacheVersion.Min(_early, _late));
        Assert.Equal(_early, CacheVersion.Min(_late, _early));
        Assert.Equal(_late, CacheVersion.Min(_late, _late));
    }

    [Theory]
    [InlineData(4, 8UL, 1U)]
    [InlineData(4, 7UL, 2U)]
    [InlineData(9, 7UL, 2U)]
    [InlineData(0, 0UL, 0U)]
    public void Min_OfTwoLineages_IsUnknown(long epoch, ulong generation, uint run)
    {
        var other = new CacheVersion(new EpochStamp(epoch, generation, run));
        Assert.Equal(CacheVersion.Unknown, CacheVersion.Min(_early, other));
        Assert.Equal(CacheVersion.Unknown, CacheVersion.Min(other, _early));
    }

    [Fact]
    public void Min_OfUnknownAndAnything_IsUnknown()
    {
        Assert.Equal(CacheVersion.Unknown, CacheVersion.Min(CacheVersion.Unknown, _early));
        Assert.Equal(CacheVersion.Unknown, CacheVersion.Min(_early, CacheVersion.Unknown));
        Assert.Equal(CacheVersion.Unknown, CacheVersion.Min(CacheVersion.Unknown, default));
        Assert.Equal(CacheVersion.Unknown, CacheVersion.Min(CacheVersion.Unknown, CacheVersion.Unknown));
    }

    [Fact]
    public void Equality_OfTokens_TellsNeverDefaultAndStampsApart()
    {
        CacheVersion[] different = [default, CacheVersion.Unknown, _early, _late, new(new EpochStamp(5, 8, 1)), new(new EpochStamp(5, 7, 2))];
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
        Assert.False(CacheVersion.Unknown.IsDefault);
        Assert.True(CacheVersion.Unknown.IsUnknown);
        Assert.False(_early.IsDefault || _early.IsUnknown);
    }
}
