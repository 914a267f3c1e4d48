using RedisTagCache.TestSupport.Measuring;

namespace RedisTagCache.Tests.Measuring;

public sealed class ConcurrentLatencyHistogramTests
{
    [Fact]
    public void Percentile_OfEvenLatencies_IsRightToThreePercent()
    {
        var histogram = new ConcurrentLatencyHistogram();
        for (var milliseconds = 1; milliseconds <= 1000; milliseconds++)
            histogram.Add(TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal(1000, histogram.Count);
        Assert.InRange(histogram.Percentile(0.5)!.Value, 500, 515);
        Assert.InRange(histogram.Percentile(0.99)!.Value, 990, 1000);
        Assert.Equal(1000, histogram.Percentile(1));
        Assert.Equal(1000, histogram.MaxMilliseconds);
    }

    [Fact]
    public void Percentile_OfNothing_IsNone() => Assert.Null(new ConcurrentLatencyHistogram().Percentile(0.5));

    [Fact]
    public void Add_BeyondTheBuckets_IsCounted()
    {
        var histogram = new ConcurrentLatencyHistogram();
        histogram.Add(TimeSpan.Zero);
        histogram.Add(TimeSpan.FromDays(1));
        Assert.Equal(2, histogram.Count);
        Assert.Equal(TimeSpan.FromDays(1).TotalMilliseconds, histogram.MaxMilliseconds);
    }
}
