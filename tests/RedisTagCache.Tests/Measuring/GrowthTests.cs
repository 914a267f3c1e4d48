using RedisTagCache.TestSupport.Measuring;

namespace RedisTagCache.Tests.Measuring;

public sealed class GrowthTests
{
    private static readonly double[] _seconds = [.. Enumerable.Range(1, 100).Select(i => i * 10.0)];

    [Fact]
    public void Measure_ALeak_IsSeen_AndWhatCameBeforeTheWarmUpEnded_IsNot()
    {
        var values = _seconds.Select(s => s < 200 ? 9999 : s).ToArray();
        var growth = Growth.Measure(_seconds, values, TimeSpan.FromSeconds(200), TimeSpan.FromSeconds(200));
        Assert.Equal(new Growth(300, 900), growth);
        Assert.False(growth.IsWithin(share: 0.2, amount: 10));
    }

    [Fact]
    public void Measure_SpikesAndGaps_AreNoGrowth()
    {
        var values = _seconds.Select((_, i) => i % 7 == 0 ? 500 : i % 5 == 0 ? double.NaN : 100).ToArray();
        var growth = Growth.Measure(_seconds, values, TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(300));
        Assert.Equal(new Growth(100, 100), growth);
        Assert.True(growth.IsWithin(share: 0, amount: 0));
    }

    [Theory]
    [InlineData(100, 119, true)]
    [InlineData(100, 121, false)]
    [InlineData(10, 19, true)] // a small number may grow by the amount
    [InlineData(10, 21, false)]
    [InlineData(double.NaN, 10, false)] // what was not measured is no proof
    public void IsWithin_TheShareOrTheAmount_WhicheverIsMore(double early, double late, bool expected) =>
        Assert.Equal(expected, new Growth(early, late).IsWithin(share: 0.2, amount: 10));
}
