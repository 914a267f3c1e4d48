using System.Diagnostics;

namespace RedisTagCache.Soak;

/// <summary>The time since the load began, and what was done to the fleet in it.</summary>
internal sealed class Timeline
{
    /// <summary>For so long after a fault a request counts as one of troubled times.</summary>
    public static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(10);

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly List<FaultTime> _faults = [];
    private long _troubledUntil = long.MinValue;

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    public bool IsQuiet => Elapsed.Ticks >= Interlocked.Read(ref _troubledUntil);

    public IReadOnlyList<FaultTime> Faults
    {
        get
        {
            lock (_lock) return [.. _faults];
        }
    }

    public void FaultBegins(string name)
    {
        lock (_lock) _faults.Add(new FaultTime(name, Elapsed));
        Interlocked.Exchange(ref _troubledUntil, long.MaxValue);
    }

    public void FaultEnds() => Interlocked.Exchange(ref _troubledUntil, (Elapsed + Aftermath).Ticks);
}
