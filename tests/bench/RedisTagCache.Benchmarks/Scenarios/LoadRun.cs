using RedisTagCache.Benchmarks.Processes;

namespace RedisTagCache.Benchmarks.Scenarios;

/// <summary>Runs scenarios, each over a server of its own, and prints what comes out.</summary>
internal static class LoadRun
{
    /// <summary>What many callers of one process do.</summary>
    public static IEnumerable<Scenario> All => [.. ReadsAndWrites.All, .. SlidingReads.All, .. LocalValues.All, .. ReadsAmongEvictions.All];

    public static async Task RunAsync(IEnumerable<Scenario> scenarios, Arguments arguments, Action<LoadResult> report)
    {
        foreach (var scenario in scenarios.Where(scenario => arguments.Wants(scenario.Name)))
        {
            try
            {
                report(await RunAsync(scenario, arguments));
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                Console.WriteLine($"{scenario.Name} failed: {failure}");
            }
        }
    }

    private static async Task<LoadResult> RunAsync(Scenario scenario, Arguments arguments)
    {
        await using var lab = await Lab.StartAsync();
        var entrants = scenario.Enter(lab)
            .Where(entrant => entrant.Name == scenario.Baseline || entrant.Name.Contains(arguments.Contender, StringComparison.OrdinalIgnoreCase))
            .ToList();
        var race = new Race(lab.Watch, scenario.Callers, scenario.Keys, scenario.PaceOf(arguments));
        var result = new LoadResult(scenario, await race.RunAsync(entrants));
        _ = result.Baseline; // else there is nothing to report
        return result;
    }
}
