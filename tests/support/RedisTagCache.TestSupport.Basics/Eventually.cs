using System.Diagnostics;

namespace RedisTagCache.TestSupport;

/// <summary>Awaits conditions, so that no test sleeps and hopes.</summary>
public static class Eventually
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Returns how long it took.</summary>
    /// <exception cref="TimeoutException">It did not become true in time.</exception>
    public static async Task<TimeSpan> BecomesTrueAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        var watch = Stopwatch.StartNew();
        var limit = within ?? TimeSpan.FromSeconds(15);
        while (!await condition())
        {
            if (watch.Elapsed > limit)
                throw new TimeoutException($"Not within {limit}: {what}.");
            await Task.Delay(_interval);
        }

        return watch.Elapsed;
    }

    /// <summary>The same for a condition that needs no waiting.</summary>
    public static Task<TimeSpan> BecomesTrueAsync(Func<bool> condition, string what, TimeSpan? within = null) =>
        BecomesTrueAsync(() => Task.FromResult(condition()), what, within);
}
