namespace RedisTagCache.Benchmarks.Measuring;

/// <summary>One of several callers that work at the same time: its keys are its own, since caches join callers of one key.</summary>
internal sealed class Caller(int index, int callers, int keys)
{
    private int _next = index % keys;

    public int Index => index;

    /// <summary>When to stop, as a timestamp of <see cref="System.Diagnostics.Stopwatch"/>.</summary>
    public long End { get; set; }

    public long Count { get; private set; }

    public LatencyHistogram Latencies { get; } = new();

    public int NextKey()
    {
        var key = _next;
        _next = (_next + callers) % keys;
        return key;
    }

    public void Add(long ticks)
    {
        Count++;
        Latencies.Add(ticks);
    }

    /// <summary>Calls whose latencies nobody took.</summary>
    public void AddMany(int calls) => Count += calls;

    /// <summary>Calls that others made for this one.</summary>
    public void AddAll(LatencyHistogram latencies)
    {
        Count += latencies.Count;
        Latencies.Add(latencies);
    }
}
