namespace RedisTagCache.Soak.Load;

/// <summary>How long a kind of page took: in quiet and in troubled times, and since the last sample.</summary>
internal sealed class Latencies
{
    private LatencyHistogram _recent = new();

    public LatencyHistogram Quiet { get; } = new();

    public LatencyHistogram Troubled { get; } = new();

    public void Add(TimeSpan latency, bool isQuiet)
    {
        (isQuiet ? Quiet : Troubled).Add(latency);
        Volatile.Read(ref _recent).Add(latency);
    }

    public LatencyHistogram TakeRecent() => Interlocked.Exchange(ref _recent, new LatencyHistogram());
}
