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
        var isGood = await run.RunAsync(Fault.WriterKilled, options.Kills);
        isGood &= await run.RunAsync(Fault.RedisHangs, options.Outages);
        isGood &= await run.RunAsync(Fault.DatabaseRestarts, options.Restarts);
        return isGood ? 0 : 1;
    }
}
