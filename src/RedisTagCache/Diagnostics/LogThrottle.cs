using Microsoft.Extensions.Logging;

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

/// <summary>Reports that a step of a background loop failed for a reason other than Redis. The loop continues, even if the report throws.</summary>
internal static class BackgroundFault
{
    // A listener that throws throws at every step of every loop: all of them together log one line in ten seconds.
    private static readonly LogThrottle _faults = new(TimeProvider.System);

    /// <summary>Logs it. It may be the logger that has thrown in the first place.</summary>
    public static void Report(ILogger logger, Exception exception) => Ignore(() =>
    {
        if (_faults.ShouldLog(out var count))
            Log.BackgroundStepFailed(logger, exception, count);
    });

    /// <summary>Reports to a logger or a metric listener in the middle of work that has to be completed, even if they throw.</summary>
    public static void Ignore(Action tell)
    {
        try
        {
            tell();
        }
#pragma warning disable CA1031 // The failure cannot be reported anywhere else.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
