using RedisTagCache.Commits.Rounds;
using RedisTagCache.Commits.Site;

namespace RedisTagCache.Commits;

/// <summary>Runs the rounds, or one web application of them.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is [StorySite.Role, var redis, var database])
        {
            await StorySite.RunAsync(redis, database);
            return 0;
        }

        var options = CommitsOptions.Parse(args);
        await using var run = await CommitsRun.StartAsync();
        var report = new Report(options, await run.DescribeServersAsync());
        foreach (var (fault, rounds) in new[] { (Fault.WriterKilled, options.Kills), (Fault.RedisHangs, options.Outages), (Fault.DatabaseRestarts, options.Restarts) })
            report.Add(fault, rounds, await run.RunAsync(fault, rounds));
        if (options.Output.Length > 0)
        {
            Directory.CreateDirectory(options.Output);
            await File.WriteAllTextAsync(Path.Combine(options.Output, "commits.md"), report.Write());
        }

        return report.IsGood ? 0 : 1;
    }
}
