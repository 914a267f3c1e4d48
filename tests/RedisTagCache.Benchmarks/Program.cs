using RedisTagCache.Benchmarks;
using RedisTagCache.Benchmarks.Cluster;
using RedisTagCache.Benchmarks.Http;
using RedisTagCache.Benchmarks.Micro;
using RedisTagCache.Benchmarks.Scenarios;

// The mode, and its arguments; docs/benchmarks.md describes both.
switch (args)
{
    case ["load", .. var rest]:
        await LoadRun.RunAsync(ReadsAndWrites.All, Arguments.Parse(rest), Print);
        break;
    case ["http", .. var rest]:
        await LoadRun.RunAsync(PageHits.All, Arguments.Parse(rest), Print);
        break;
    case ["site", var kind, var connectionString]: // started by http
        await Site.RunAsync(Enum.Parse<SiteKind>(kind), connectionString);
        break;
    case ["cluster"]:
        await ClusterRun.RunAsync();
        break;
    case ["overhead"]:
        await OverheadRun.RunAsync();
        break;
    case ["micro", .. var rest]:
        MicroRun.Run(rest);
        break;
    default:
        Console.Error.WriteLine("Modes: load, http, cluster, overhead, micro.");
        return 1;
}

return 0;

static void Print(LoadResult result) => Console.WriteLine($"{result.Scenario.Name}\n\n{LoadTable.Of(result)}");
