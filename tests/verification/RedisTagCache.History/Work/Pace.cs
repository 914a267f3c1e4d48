using System.Diagnostics;

namespace RedisTagCache.History.Work;

/// <summary>Holds a loop to a rate. What could not be done in time is not made up for.</summary>
internal sealed class Pace(double aSecond)
{
    private static readonly long _patience = Stopwatch.Frequency / 5;
    private readonly double _step = Stopwatch.Frequency / aSecond;
    private double _due = Stopwatch.GetTimestamp();

    public async Task NextAsync(int done)
    {
        _due += _step * done;
        var ahead = _due - Stopwatch.GetTimestamp();
        if (ahead < -_patience)
            _due -= ahead;
        var milliseconds = (int)(ahead * 1_000 / Stopwatch.Frequency);
        if (milliseconds > 0)
            await Task.Delay(milliseconds);
        else
            await Task.Yield();
    }
}
