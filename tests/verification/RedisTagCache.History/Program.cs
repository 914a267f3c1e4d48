using RedisTagCache.History;
using RedisTagCache.History.Work;

if (args is [WorkerOptions.Verb, ..])
{
    await WorkerProgram.RunAsync(WorkerOptions.Parse(args));
    return 0;
}

var options = HistoryOptions.Parse(args);
var result = await HistoryRun.RunAsync(options, Console.WriteLine);
Directory.CreateDirectory(options.Output);
await File.WriteAllTextAsync(Path.Combine(options.Output, "report.md"), result.Report);
Console.WriteLine(result.Report);
return result.IsGood ? 0 : 1;
