using System.Text;
using RedisTagCache.Redis;

namespace RedisTagCache.Tests.Redis;

public sealed class EpochStampTests
{
    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(1763862000000123, 0x9f3c5a7e12d4b680, 0x1f2e3d4c)]
    [InlineData(long.MaxValue, ulong.MaxValue, uint.MaxValue)]
    public void TryParse_OfItsOwnText_GivesTheSame(long epoch, ulong generation, uint run)
    {
        var stamp = new EpochStamp(epoch, generation, run);
        Assert.True(EpochStamp.TryParse(Encoding.ASCII.GetBytes(stamp.ToString()), out var parsed));
        Assert.Equal(stamp, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1:")]
    [InlineData("1:00000000000000aa")]
    [InlineData("1:00000000000000aa:")]
    [InlineData("0:00000000000000aa:00000000")]
    [InlineData("-1:00000000000000aa:00000000")]
    [InlineData("1:00000000000000aa:00000000 ")]
    [InlineData("1:00000000000000aa:00000000:1")]
    [InlineData("99999999999999999999:00000000000000aa:00000000")]
    [InlineData("x:00000000000000aa:00000000")]
    public void TryParse_OfAnythingElse_IsFalse(string text) => Assert.False(EpochStamp.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void TryParse_OfRandomBytes_NeverThrows()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            Assert.False(EpochStamp.TryParse(bytes, out _));
        }
    }

    [Fact]
    public void Older_OfTokensThatDoNotCompare_IsNever()
    {
        var (early, late) = (new CacheToken(new EpochStamp(1, 7, 7)), new CacheToken(new EpochStamp(2, 7, 7)));
        Assert.Equal(early, CacheToken.Older(late, early));
        Assert.Equal(early, CacheToken.Older(early, late));
        Assert.Equal(CacheToken.Never, CacheToken.Older(early, new CacheToken(new EpochStamp(1, 7, 8))));
        Assert.Equal(CacheToken.Never, CacheToken.Older(early, CacheToken.Never));
    }
}
