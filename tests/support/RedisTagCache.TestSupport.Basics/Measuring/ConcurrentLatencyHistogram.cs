namespace RedisTagCache.TestSupport.Measuring;

/// <summary>
/// Latencies in buckets that grow by 3 % each, from 10 microseconds to minutes: as much memory after an hour as after a second, and a percentile
/// is right to 3 %.
/// </summary>
public sealed class ConcurrentLatencyHistogram
{
    private const double Smallest = 0.01;
    private static readonly double _growth = Math.Log(1.03);
    private readonly long[] _buckets = new long[600];
    private long _maxTicks;

    public long Count => _buckets.Sum();

    public double MaxMilliseconds => TimeSpan.FromTicks(Interlocked.Read(ref _maxTicks)).TotalMilliseconds;

    public void Add(TimeSpan latency)
    {
        var bucket = (int)Math.Ceiling(Math.Log(Math.Max(latency.TotalMilliseconds, Smallest) / Smallest) / _growth);
        Interlocked.Increment(ref _buckets[Math.Min(bucket, _buckets.Length - 1)]);
        long max;
        while (latency.Ticks > (max = Interlocked.Read(ref _maxTicks)) && Interlocked.CompareExchange(ref _maxTicks, latency.Ticks, max) != max)
        {
        }
    }

    /// <summary>The latency, in milliseconds, that this share of all did not exceed; none if there were none.</summary>
    public double? Percentile(double share)
    {
        var count = Count;
        if (count == 0) return null;
        var wanted = Math.Max(1, (long)Math.Ceiling(share * count));
        var bucket = 0;
        for (var seen = _buckets[0]; seen < wanted;)
            seen += _buckets[++bucket];
        return Math.Min(Smallest * Math.Exp(bucket * _growth), MaxMilliseconds);
    }
}
