using RedisTagCache.HttpHistory.Faults;
using RedisTagCache.HttpHistory.Reporting;

namespace RedisTagCache.HttpHistory;

/// <summary>Runs the histories from the command line. In a namespace of its own, so that it is not taken for the program of a test that refers to it.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        var options = HttpHistoryOptions.Parse(args);
        var result = await HttpHistoryRun.RunAsync(options, Console.WriteLine);
        var planted = new List<PlantedResult>();
        if (options.TriesPlanted)
        {
            foreach (var fault in Enum.GetValues<Planted>().Where(static fault => fault != Planted.None))
            {
                planted.Add(new PlantedResult(fault, await HttpHistoryRun.RunAsync(options.With(fault), static _ => { })));
                Console.WriteLine($"{fault}: {(planted[^1].IsFound ? "found" : "NOT FOUND")}");
            }
        }

        var report = new Report(result, planted).Write();
        Console.WriteLine(report);
        if (options.Output.Length > 0)
        {
            Directory.CreateDirectory(options.Output);
            await File.WriteAllTextAsync(Path.Combine(options.Output, "http.md"), report);
        }

        return result.IsGood && planted.TrueForAll(static fault => fault.IsFound) ? 0 : 1;
    }
}
