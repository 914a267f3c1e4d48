using RedisTagCache.Soak.Load;

namespace RedisTagCache.Soak.Faults;

/// <summary>One fault after the other, in a fixed order, again and again.</summary>
internal sealed class FaultSchedule(IReadOnlyList<Fault> faults, TimeSpan every)
{
    /// <summary>None begins so shortly before the end: the run is to end with a fleet that is well.</summary>
    private static readonly TimeSpan _lastBeforeEnd = TimeSpan.FromSeconds(15);

    /// <summary>After so long every fault has come once.</summary>
    public TimeSpan Cycle => every * faults.Count;

    public IEnumerable<string> Names => faults.Select(f => f.Name);

    public async Task RunAsync(Timeline timeline, Tally tally, TimeSpan duration, CancellationToken stop)
    {
        for (var i = 0; every * (i + 1) < duration - _lastBeforeEnd; i++)
        {
            var wait = every * (i + 1) - timeline.Elapsed;
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested) return;

            var fault = faults[i % faults.Count];
            timeline.FaultBegins(fault.Name);
            await InjectAsync(fault, timeline, tally);
            timeline.FaultEnds();
        }
    }

    /// <summary>A server that does not come back is no reason to lose the run, but its failure.</summary>
    private static async Task InjectAsync(Fault fault, Timeline timeline, Tally tally)
    {
        try
        {
            await fault.InjectAsync();
        }
        catch (Exception exception)
        {
            tally.Failed.Add();
            tally.Note($"{timeline.Elapsed:hh\\:mm\\:ss} the fault could not be injected or ended: {fault.Name}: {exception.Message}");
        }
    }
}
