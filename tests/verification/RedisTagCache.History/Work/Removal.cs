using System.Diagnostics;
using RedisTagCache.History.Recording;

namespace RedisTagCache.History.Work;

/// <summary>A removal by key, through any interface.</summary>
internal static class Removal
{
    /// <summary>Removes, and records whether that was confirmed.</summary>
    /// <param name="key">The key.</param>
    /// <param name="removeAsync">Calls the interface.</param>
    /// <param name="recorder">Where it is recorded.</param>
    /// <param name="broken">The mistakes that the process makes on purpose.</param>
    public static async Task RunAsync(int key, Func<Task> removeAsync, Recorder recorder, Broken broken)
    {
        var start = Stopwatch.GetTimestamp();
        var outcome = Outcome.Done;
        try
        {
            if (!broken.HasFlag(Broken.RemovalsSkipped) || Random.Shared.Next(5) > 0)
                await removeAsync();
        }
        catch (RedisTagCacheUnavailableException)
        {
            outcome = Outcome.Failed;
        }

        recorder.Add(new Operation(Kind.Remove, outcome, false, key, start, Stopwatch.GetTimestamp()));
    }
}
