using System.Diagnostics;
using StackExchange.Redis;

namespace RedisTagCache.Benchmarks.Measuring;

/// <summary>The contenders of a scenario take turns in every round, so that a busy moment of the machine hits them alike.</summary>
internal sealed class Race(IDatabase server, int callers, int keys, Pace pace)
{
    public async Task<IReadOnlyList<Series>> RunAsync(IReadOnlyList<Entrant> entrants)
    {
        var all = entrants.Select(entrant => (Entrant: entrant, Series: new Series(entrant.Name))).ToList();
        foreach (var (entrant, series) in all.ToList())
            await TryAsync(series, () => PrepareAsync(entrant));
        for (var round = 0; round < pace.Rounds; round++)
        {
            foreach (var (entrant, series) in (round % 2 == 0 ? all : Enumerable.Reverse(all)).ToList())
                await TryAsync(series, () => MeasureAsync(entrant, series));
        }

        return [.. all.Select(one => one.Series)];

        // One that fails is out of the race, and the others go on.
        async Task TryAsync(Series series, Func<Task> action)
        {
            try
            {
                await action();
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                Console.WriteLine($"{series.Name} failed: {failure}");
                all.RemoveAll(one => one.Series == series);
            }
        }
    }

    private async Task PrepareAsync(Entrant entrant)
    {
        await (entrant.PrepareAsync?.Invoke() ?? Task.CompletedTask);
        await RunAsync(entrant.Operation, NewCallers(), pace.WarmUp); // until it is compiled
    }

    private async Task MeasureAsync(Entrant entrant, Series series)
    {
        await (entrant.BeforeAsync?.Invoke() ?? Task.CompletedTask);
        var all = NewCallers();
        GC.Collect();
        var before = await ServerState.ReadAsync(server);
        var used = await entrant.StateAsync();
        var watch = Stopwatch.StartNew();
        await RunAsync(entrant.Operation, all, pace.Slice);
        var seconds = watch.Elapsed.TotalSeconds;
        used = await entrant.StateAsync() - used;
        await Task.Delay(20); // what was left to the background is no concern of the next contender
        var work = (await ServerState.ReadAsync(server)).Since(before);
        series.Add(new Sample(seconds, all.Sum(static caller => caller.Count), used.Bytes, used.Processor, work));
        foreach (var caller in all)
            series.Latencies.Add(caller.Latencies);
    }

    /// <summary>Made before anything is measured, for the memory of their histograms.</summary>
    private Caller[] NewCallers() => [.. Enumerable.Range(0, callers).Select(index => new Caller(index, callers, keys))];

    private static Task RunAsync(Operation operation, Caller[] all, TimeSpan time)
    {
        var end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        foreach (var caller in all)
            caller.End = end;
        return Task.WhenAll(all.Select(operation.StartAsync));
    }
}
