namespace RedisTagCache.Soak.Load;

/// <summary>How long a kind of page took: in quiet and in troubled times, and since the last sample.</summary>
internal sealed class Latencies
{
    private ConcurrentLatencyHistogram _recent = new();

    public ConcurrentLatencyHistogram Quiet { get; } = new();

    public ConcurrentLatencyHistogram Troubled { get; } = new();

    public void Add(TimeSpan latency, bool isQuiet)
    {
        (isQuiet ? Quiet : Troubled).Add(latency);
        Volatile.Read(ref _recent).Add(latency);
    }

    public ConcurrentLatencyHistogram TakeRecent() => Interlocked.Exchange(ref _recent, new ConcurrentLatencyHistogram());
}
