using System.Diagnostics;

namespace RedisTagCache.Worker;

/// <summary>Between looks at what happens within less than a timer can measure, very many times.</summary>
internal static class Often
{
    private static readonly TimeSpan _soon = TimeSpan.FromMilliseconds(5);

    /// <param name="since">When it was looked for the first time: what takes longer is looked for less often.</param>
    public static async Task PauseAsync(long since)
    {
        if (Stopwatch.GetElapsedTime(since) < _soon)
            await Task.Yield();
        else
            await Task.Delay(1);
    }
}
