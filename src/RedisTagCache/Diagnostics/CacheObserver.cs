using Microsoft.Extensions.Logging;

namespace RedisTagCache.Diagnostics;

/// <summary>Calls the application's own observer. An exception that it throws is logged, and goes no further.</summary>
internal sealed class CacheObserver(Action<CacheEvent> observer, TimeProvider time, ILogger<CacheObserver> logger)
{
    private readonly LogThrottle _failures = new(time);

    public void Tell(in CacheEvent told)
    {
        try
        {
            observer(told);
        }
#pragma warning disable CA1031 // Whatever an observer throws: requests have nothing to do with it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (_failures.ShouldLog(out var count))
                Log.ObserverFailed(logger, e, count);
        }
    }
}
