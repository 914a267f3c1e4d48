namespace RedisTagCache.Diagnostics;

/// <summary>Turns a burst of similar failures into one line. The first is logged at once, and those that follow within ten seconds are counted into the next line.</summary>
internal sealed class LogThrottle(TimeProvider time)
{
    private static readonly TimeSpan _quiet = TimeSpan.FromSeconds(10);

    private long _toldAt;
    private long _untold;

    /// <summary>Whether to write a line now, and how many times this happened since the last one.</summary>
    public bool ShouldLog(out long count)
    {
        var untold = Interlocked.Increment(ref _untold);
        var toldAt = Interlocked.Read(ref _toldAt);
        var now = time.GetTimestamp();
        if ((toldAt == 0 || time.GetElapsedTime(toldAt, now) >= _quiet) && Interlocked.CompareExchange(ref _toldAt, now, toldAt) == toldAt)
        {
            count = Interlocked.Exchange(ref _untold, 0);
            return true;
        }

        count = untold;
        return false;
    }
}
