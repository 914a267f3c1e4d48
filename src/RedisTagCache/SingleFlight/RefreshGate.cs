using System.Collections.Concurrent;

namespace RedisTagCache.SingleFlight;

/// <summary>Lets one refresh of a name run at a time in this process, and after it the next only when its pause is over.</summary>
internal sealed class RefreshGate(TimeProvider time)
{
    private const int SweepFrom = 10_000;
    private const long Running = long.MaxValue;

    private readonly ConcurrentDictionary<string, long> _until = new(StringComparer.Ordinal);
    private int _sweepAt = SweepFrom;

    public bool TryEnter(string name)
    {
        if (_until.TryGetValue(name, out var until))
            return until != Running && time.GetTimestamp() >= until && _until.TryUpdate(name, Running, until);
        return _until.TryAdd(name, Running);
    }

    public void Leave(string name, TimeSpan pause)
    {
        if (pause <= TimeSpan.Zero)
        {
            _until.TryRemove(name, out _);
            return;
        }

        _until[name] = time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency);
        if (_until.Count >= Volatile.Read(ref _sweepAt))
            Sweep();
    }

    private void Sweep()
    {
        var now = time.GetTimestamp();
        foreach (var pair in _until)
        {
            if (pair.Value <= now)
                _until.TryRemove(pair);
        }

        Volatile.Write(ref _sweepAt, Math.Max(SweepFrom, 2 * _until.Count));
    }
}
