using System.Globalization;
using System.Text;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Topology;

public sealed class EpochStampTests
{
    [Theory]
    [InlineData(1, 0UL, 0U, "1:0000000000000000:00000000")]
    [InlineData(1_763_862_000_000_123, 0x9f3c5a7e12d4b680UL, 0x1f2e3d4cU, "1763862000000123:9f3c5a7e12d4b680:1f2e3d4c")]
    [InlineData(long.MaxValue, ulong.MaxValue, uint.MaxValue, "9223372036854775807:ffffffffffffffff:ffffffff")]
    [InlineData(9_007_199_254_740_993, 10UL, 11U, "9007199254740993:000000000000000a:0000000b")]
    public void ToString_OfAnyStamp_IsParsedBack(long epoch, ulong generation, uint run, string text)
    {
        var stamp = new EpochStamp(epoch, generation, run);
        Assert.Equal(text, stamp.ToString());
        Assert.True(EpochStamp.TryParse(Encoding.UTF8.GetBytes(text), out var parsed));
        Assert.Equal(stamp, parsed);
    }

    [Fact]
    public void ToString_UnderAnotherCulture_IsTheSame()
    {
        var before = CultureInfo.CurrentCulture;
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NegativeSign = "~";
        culture.NumberFormat.NumberGroupSeparator = "'";
        CultureInfo.CurrentCulture = culture;
        try
        {
            Assert.Equal("1763862000000123:0000000000000007:00000001", new EpochStamp(1_763_862_000_000_123, 7, 1).ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("5:7:0", 5, 7UL, 0U)]
    [InlineData("5:0000000000000007:0", 5, 7UL, 0U)]
    [InlineData("5:ABCDEF:ABCDEF01", 5, 0xABCDEFUL, 0xABCDEF01U)]
    public void TryParse_OfShorterForms_TakesThem(string text, long epoch, ulong generation, uint run)
    {
        Assert.True(EpochStamp.TryParse(Encoding.UTF8.GetBytes(text), out var stamp));
        Assert.Equal(new EpochStamp(epoch, generation, run), stamp);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("::")]
    [InlineData("5")]
    [InlineData("5:")]
    [InlineData("5:7")]
    [InlineData("5:7:")]
    [InlineData("5::1")]
    [InlineData(":7:1")]
    [InlineData("5:7:1:")]
    [InlineData("5:7:1 ")]
    [InlineData(" 5:7:1")]
    [InlineData("5 :7:1")]
    [InlineData("5:7:1\n")]
    [InlineData("5:7:1:1")]
    [InlineData("0:7:1")]
    [InlineData("-5:7:1")]
    [InlineData("5.0:7:1")]
    [InlineData("5e3:7:1")]
    [InlineData("1,000:7:1")]
    [InlineData("9223372036854775808:7:1")]
    [InlineData("5:10000000000000000:1")]
    [InlineData("5:7:100000000")]
    [InlineData("5:0x7:1")]
    [InlineData("5:g:1")]
    [InlineData("5:7:g")]
    [InlineData("foreign")]
    public void TryParse_OfAnythingElse_IsRefused(string text)
    {
        Assert.False(EpochStamp.TryParse(Encoding.UTF8.GetBytes(text), out var stamp));
        Assert.Equal(default, stamp);
    }

    [Fact]
    public void TryParse_OfRandomBytes_IsRefusedAndNeverThrows()
    {
        var random = new Random(4);
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            Assert.False(EpochStamp.TryParse(bytes, out _), Convert.ToHexString(bytes));
        }
    }

    [Fact]
    public void TryParse_OfNearlyRightText_NeverThrowsAndMeansWhatItPrints()
    {
        var random = new Random(5);
        var whole = Encoding.UTF8.GetBytes("1763862000000123:9f3c5a7e12d4b680:1f2e3d4c");
        var parsed = 0;
        for (var i = 0; i < 50_000; i++)
        {
            byte[] bytes = [.. whole];
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = "0123456789abcdef:-+ x"u8[random.Next(21)];
            if (!EpochStamp.TryParse(bytes, out var stamp))
                continue;
            parsed++;
            Assert.True(EpochStamp.TryParse(Encoding.UTF8.GetBytes(stamp.ToString()), out var again));
            Assert.Equal(stamp, again);
        }

        Assert.InRange(parsed, 1_000, 49_000); // both ways were taken
    }

    [Fact]
    public void IsSame_OfLineageAndGeneration_LooksAtNoNumbers()
    {
        var stamp = new EpochStamp(5, 7, 1);
        Assert.True(stamp.IsSameLineage(new EpochStamp(6, 7, 1)));
        Assert.False(stamp.IsSameLineage(new EpochStamp(5, 8, 1)));
        Assert.False(stamp.IsSameLineage(new EpochStamp(5, 7, 2)));
        Assert.True(stamp.IsSameGeneration(new EpochStamp(6, 7, 2)));
        Assert.False(stamp.IsSameGeneration(new EpochStamp(5, 8, 1)));
    }
}
