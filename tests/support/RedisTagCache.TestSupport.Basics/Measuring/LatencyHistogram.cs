using System.Diagnostics;
using System.Globalization;
using System.Numerics;

namespace RedisTagCache.TestSupport.Measuring;

/// <summary>
/// Latencies in buckets: 32 to each power of two of nanoseconds, so that a percentile is right to 3 %. One writer at a time; adding costs a few
/// instructions and no allocation.
/// </summary>
public sealed class LatencyHistogram
{
    private const int Fraction = 5;
    private static readonly double _nanosecondsPerTick = 1e9 / Stopwatch.Frequency;
    private readonly long[] _buckets = new long[64 << Fraction];

    public long Count => _buckets.Sum();

    /// <summary>Adds a latency in ticks of <see cref="Stopwatch"/>.</summary>
    public void Add(long ticks) => _buckets[BucketOf((ulong)(ticks * _nanosecondsPerTick))]++;

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _buckets.Length; i++)
            _buckets[i] += other._buckets[i];
    }

    /// <summary>The latency, in microseconds, that this share of all did not exceed; none if there were none.</summary>
    public double? Percentile(double share)
    {
        var count = Count;
        if (count == 0)
            return null;
        var wanted = Math.Max(1, (long)Math.Ceiling(share * count));
        var bucket = 0;
        for (var seen = _buckets[0]; seen < wanted;)
            seen += _buckets[++bucket];
        return UpperEnd(bucket) / 1e3;
    }

    public static LatencyHistogram Parse(string text)
    {
        var histogram = new LatencyHistogram();
        foreach (var bucket in text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static bucket => bucket.Split(':')))
            histogram._buckets[int.Parse(bucket[0], CultureInfo.InvariantCulture)] = long.Parse(bucket[1], CultureInfo.InvariantCulture);
        return histogram;
    }

    /// <summary>The buckets in use, by their numbers.</summary>
    public override string ToString() => string.Join(' ', _buckets.Index().Where(static bucket => bucket.Item > 0).Select(static bucket => FormattableString.Invariant($"{bucket.Index}:{bucket.Item}")));

    private static int BucketOf(ulong nanoseconds)
    {
        if (nanoseconds < 1 << Fraction)
            return (int)nanoseconds;
        var exponent = BitOperations.Log2(nanoseconds);
        return ((exponent - Fraction + 1) << Fraction) + (int)((nanoseconds >> (exponent - Fraction)) & ((1 << Fraction) - 1));
    }

    private static double UpperEnd(int bucket)
    {
        var exponent = bucket >> Fraction;
        var rest = bucket & ((1 << Fraction) - 1);
        return exponent == 0 ? rest : ((1 << Fraction) + rest + 1) * Math.Pow(2, exponent - 1);
    }
}
