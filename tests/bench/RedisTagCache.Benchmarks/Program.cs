using System.Globalization;
using RedisTagCache.Benchmarks;
using RedisTagCache.Benchmarks.Cluster;
using RedisTagCache.Benchmarks.Http;
using RedisTagCache.Benchmarks.Micro;
using RedisTagCache.Benchmarks.Native;
using RedisTagCache.Benchmarks.Processes;
using RedisTagCache.Benchmarks.Studies;

// The mode, and its arguments; docs/benchmarks.md describes both.
switch (args)
{
    case ["all", .. var rest]:
        await AllRun.RunAsync(Arguments.Parse(["--seconds", AllRun.Seconds, .. rest]));
        break;
    case ["load", .. var rest]:
        await LoadRun.RunAsync(LoadRun.All, Arguments.Parse(rest), Print);
        break;
    case ["processes", .. var rest]:
        await LoadRun.RunAsync(SeveralProcesses.All, Arguments.Parse(rest), Print);
        break;
    case ["work", var connectionString, var contender, var what, var callers, var prefix]: // started by processes
        await Worker.RunAsync(connectionString, contender, what == "get", int.Parse(callers, CultureInfo.InvariantCulture), prefix);
        break;
    case ["evict", var connectionString]: // started by load
        await Evictor.RunAsync(connectionString);
        break;
    case ["http", .. var rest]:
        await LoadRun.RunAsync(PageHits.All, Arguments.Parse(rest), Print);
        break;
    case ["site", var kind, var connectionString]: // started by http
        await Site.RunAsync(Enum.Parse<SiteKind>(kind), connectionString);
        break;
    case ["studies", .. var rest]:
        await StudyRun.RunAsync(Arguments.Parse(rest), static (study, result) => Console.WriteLine($"{study.Name}\n\n{result.Table}"));
        break;
    case ["start", var kind]: // started by studies
        await StartUpStudy.StartAsync(kind);
        break;
    case ["large", var connectionString, var kind]: // started by studies
        await LargeReadsStudy.ReadAsync(connectionString, isBare: kind == "bare");
        break;
    case ["cluster"]:
        await ClusterRun.RunAsync();
        break;
    case ["native", .. var rest]:
        await NativeRun.RunAsync(Arguments.Parse(rest));
        break;
    case ["overhead"]:
        await OverheadRun.RunAsync();
        break;
    case ["micro", .. var rest]:
        MicroRun.Run(rest);
        break;
    default:
        Console.Error.WriteLine("Modes: all, load, processes, http, studies, cluster, native, overhead, micro.");
        return 1;
}

return 0;

static void Print(LoadResult result) => Console.WriteLine($"{result.Scenario.Name}\n\n{LoadTable.Of(result)}");
