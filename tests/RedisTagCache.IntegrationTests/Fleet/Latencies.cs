using System.Diagnostics;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>How long things took, however many: counted by the hundredth of a millisecond, up to ten seconds.</summary>
internal sealed class Latencies
{
    private readonly int[] _counts = new int[1_000_001];
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public double P50 => Percentile(0.5);

    public double P99 => Percentile(0.99);

    public double Max => Percentile(1);

    /// <param name="milliseconds">What was over before it was looked at took nothing.</param>
    public void Add(double milliseconds)
    {
        Interlocked.Increment(ref _counts[(int)Math.Clamp(Math.Ceiling(milliseconds * 100), 0, _counts.Length - 1)]);
        Interlocked.Increment(ref _count);
    }

    /// <summary>Adds the time since a timestamp of <see cref="Stopwatch"/>.</summary>
    public void AddSince(long timestamp) => Add(Stopwatch.GetElapsedTime(timestamp).TotalMilliseconds);

    public void PrintAs(string what) => Print($"{what}: {Count} samples, p50/p99/max {P50:F2}/{P99:F2}/{Max:F2} ms");

    public static void Print(FormattableString line) => TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(line));

    private double Percentile(double part)
    {
        var rest = (int)Math.Ceiling(Count * part);
        for (var i = 0; i < _counts.Length; i++)
        {
            rest -= _counts[i];
            if (rest <= 0)
                return i / 100.0;
        }

        return _counts.Length / 100.0;
    }
}
