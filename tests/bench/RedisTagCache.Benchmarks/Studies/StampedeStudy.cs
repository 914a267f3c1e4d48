using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache.Benchmarks.Studies;

/// <summary>Many callers on several instances want one value that is nowhere, at the same time.</summary>
internal static class StampedeStudy
{
    private const int Instances = 4;
    private const int Callers = 50;
    private const int Rounds = 15;
    private static readonly TimeSpan _factoryTime = TimeSpan.FromMilliseconds(50);
    private static int _runs;

    public static async Task<StudyResult> RunAsync(Arguments arguments)
    {
        await using var lab = await Lab.StartAsync();
        var fleets = CreateFleets(lab);
        foreach (var (_, fleet, _, _) in fleets)
            await StormAsync(fleet, "warm"); // connected and compiled
        for (var round = 0; round < (arguments.IsQuick ? 5 : Rounds); round++)
        {
            foreach (var (_, fleet, runs, times) in fleets)
            {
                Interlocked.Exchange(ref _runs, 0);
                var watch = Stopwatch.StartNew();
                await StormAsync(fleet, string.Create(CultureInfo.InvariantCulture, $"storm:{round}"));
                times.Add(watch.Elapsed.TotalMilliseconds);
                runs.Add(Volatile.Read(ref _runs));
            }
        }

        var table = new Table($"{Callers} callers on each of {Instances} instances; the factory takes {_factoryTime.TotalMilliseconds} ms", "factory runs, median", "most", "until all have it, ms", "middle half");
        foreach (var (name, _, runs, times) in fleets)
        {
            var time = Spread.Of(times);
            table.Add(name, Text.Number(Spread.Of(runs).Median), Text.Number(runs.Max()), Text.Number(time.Median), Text.Range(time));
        }

        return new StudyResult(table, fleets.ToDictionary(fleet => fleet.Name, fleet => Spread.Of(fleet.Runs).Median));
    }

    private static List<(string Name, Func<string, Task>[] Fleet, List<double> Runs, List<double> Times)> CreateFleets(Lab lab) =>
    [
        ("RedisTagCache, HybridCache", [.. Many(_ => Getting(lab.NewInstance(keepsCopies: true).Get<HybridCache>()))], [], []),
        ("Microsoft HybridCache", [.. Many(_ => Getting(lab.NewMicrosoftHybridCache()))], [], []),
        ("FusionCache", [.. Many(_ => Getting(lab.NewFusionCache(isComplete: false)))], [], []),
        ("FusionCache, backplane and locker", [.. Many(_ => Getting(lab.NewFusionCache(isComplete: true)))], [], []),
    ];

    private static IEnumerable<Func<string, Task>> Many(Func<int, Func<string, Task>> create) => Enumerable.Range(0, Instances).Select(create);

    private static Func<string, Task> Getting(HybridCache cache) => key => cache.GetOrCreateAsync(key, static stop => ComputeAsync(stop)).AsTask();

    private static Func<string, Task> Getting(ZiggyCreatures.Caching.Fusion.FusionCache cache) => key => cache.GetOrSetAsync<string>(key, static async (_, stop) => await ComputeAsync(stop)).AsTask();

    private static async ValueTask<string> ComputeAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _runs);
        await Task.Delay(_factoryTime, cancellationToken);
        return "value";
    }

    private static Task StormAsync(Func<string, Task>[] fleet, string key) =>
        Task.WhenAll(fleet.SelectMany(instance => Enumerable.Range(0, Callers).Select(_ => Task.Run(() => instance(key)))));
}
