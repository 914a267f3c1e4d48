using System.Diagnostics;
using RedisTagCache.Benchmarks.Http;
using RedisTagCache.Benchmarks.Processes;
using RedisTagCache.Benchmarks.Studies;

namespace RedisTagCache.Benchmarks;

/// <summary>Everything, into docs/benchmarks.md.</summary>
internal static class AllRun
{
    /// <summary>For each contender in each scenario: all of them take a quarter of an hour so.</summary>
    public const string Seconds = "1.2";

    public static async Task RunAsync(Arguments arguments)
    {
        var run = new Outcome();
        var surroundings = Surroundings.Lines(await RedisAsync()).ToList();
        var watch = Stopwatch.StartNew();
        foreach (var (chapter, scenarios) in new[] { ("load", LoadRun.All), ("processes", SeveralProcesses.All), ("http", PageHits.All) })
        {
            await LoadRun.RunAsync(scenarios, arguments, result =>
            {
                run.Loads.Add((chapter, result));
                Console.WriteLine($"{watch.Elapsed:mm\\:ss} {result.Scenario.Name}\n\n{LoadTable.Of(result)}");
            });
        }

        await StudyRun.RunAsync(arguments, (study, result) =>
        {
            run.Studies.Add((study, result));
            Console.WriteLine($"{watch.Elapsed:mm\\:ss} {study.Name}\n\n{result.Table}");
        });
        Page.Write(run, [.. surroundings, FormattableString.Invariant($"the run took {watch.Elapsed.TotalMinutes:0.#} minutes")]);
    }

    private static async Task<string> RedisAsync()
    {
        await using var lab = await Lab.StartAsync();
        return (await ServerState.ReadAsync(lab.Watch)).Version;
    }
}
