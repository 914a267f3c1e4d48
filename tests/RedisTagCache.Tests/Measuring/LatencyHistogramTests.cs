using System.Diagnostics;
using RedisTagCache.TestSupport.Measuring;

namespace RedisTagCache.Tests.Measuring;

/// <summary>The percentiles of the benchmarks are right to 3 %.</summary>
public sealed class LatencyHistogramTests
{
    private const double Tolerance = 0.033;

    [Fact]
    public void Percentile_OfNothing_IsNone() => Assert.Null(new LatencyHistogram().Percentile(0.5));

    [Theory]
    [InlineData(0.000_001)]
    [InlineData(0.000_1)]
    [InlineData(0.012_345)]
    [InlineData(1)]
    [InlineData(600)]
    public void Percentile_OfOneLatency_IsThatLatency(double seconds)
    {
        var histogram = new LatencyHistogram();
        histogram.Add((long)(seconds * Stopwatch.Frequency));
        Assert.All([0.001, 0.5, 0.999, 1.0], share => AssertClose(seconds * 1e6, histogram.Percentile(share)));
    }

    [Fact]
    public void Percentile_OfMany_IsThatOfTheSortedLatencies()
    {
        var random = new Random(1);
        var histogram = new LatencyHistogram();
        var ticks = Enumerable.Range(0, 10_001).Select(_ => (long)(Stopwatch.Frequency * Math.Pow(10, -6 + (6 * random.NextDouble())))).ToArray();
        foreach (var one in ticks)
            histogram.Add(one);
        Array.Sort(ticks);
        Assert.Equal(ticks.Length, histogram.Count);
        foreach (var share in new[] { 0.01, 0.5, 0.99, 0.999, 1.0 })
            AssertClose(ticks[(int)Math.Ceiling(share * ticks.Length) - 1] * 1e6 / Stopwatch.Frequency, histogram.Percentile(share));
    }

    [Fact]
    public void Parse_OfItsText_AndAdd_CountBoth()
    {
        var (one, other) = (new LatencyHistogram(), new LatencyHistogram());
        one.Add(Stopwatch.Frequency / 1_000);
        other.Add(Stopwatch.Frequency / 10);
        var both = LatencyHistogram.Parse(one.ToString());
        both.Add(other);
        Assert.Equal(2, both.Count);
        AssertClose(1_000, both.Percentile(0.5));
        AssertClose(100_000, both.Percentile(1));
    }

    private static void AssertClose(double expected, double? measured) => Assert.InRange(measured!.Value, expected * (1 - Tolerance), expected * (1 + Tolerance));
}
