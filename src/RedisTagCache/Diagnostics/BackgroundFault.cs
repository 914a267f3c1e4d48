using Microsoft.Extensions.Logging;

namespace RedisTagCache.Diagnostics;

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
