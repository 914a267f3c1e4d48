using System.Runtime.InteropServices;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Benchmarks.Native;

/// <summary>One program as native code and on the .NET runtime: what is deployed, and how soon it answers. Writes docs/benchmarks/native-aot.md.</summary>
internal static class NativeRun
{
    private const string Command = "dotnet run -c Release --project tests/bench/RedisTagCache.Benchmarks -- native";

    public static async Task RunAsync(Arguments arguments)
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.ConnectAsync();
        var redis = (await ServerState.ReadAsync(connection.GetDatabase())).Version;
        var programs = new[] { await PublishedProgram.PublishAsync("native code", isNative: true), await PublishedProgram.PublishAsync(".NET runtime", isNative: false) };
        var surroundings = Surroundings.Machine().ToList(); // the load of publishing included
        var (workers, sites) = (Starts(), Starts());
        for (var round = -1; round < arguments.Rounds; round++)
        {
            foreach (var program in programs)
            {
                Add(workers, program, round, await program.LookAsync(server.ConnectionString));
                Add(sites, program, round, await program.ServeAsync(server.ConnectionString));
            }
        }

        var table = new Table(["start", .. programs.Select(static program => $"{program.Name}, ms"), .. programs.Select(static program => $"middle half, {program.Name}")]);
        Report(table, "worker: process start to the first value from Redis", programs, workers);
        Report(table, "web application: process start to the first page from Redis", programs, sites);
        var size = new Table(["size", .. programs.Select(static program => $"{program.Name}, MB")]);
        size.Add(["files to deploy, without symbols", .. programs.Select(static program => Text.Number(program.Megabytes))]);
        size.Add(["memory of the web application after its first page", .. programs.Select(program => Text.Number(Spread.Of(sites[program.Name].Select(static start => start.Megabytes!.Value)).Median))]);
        Write(table, size, [.. surroundings, $"{RuntimeInformation.FrameworkDescription}, {redis}", FormattableString.Invariant($"median of {arguments.Rounds} starts each, taking turns")]);

        Dictionary<string, List<ProgramStart>> Starts() => programs.ToDictionary(static program => program.Name, static _ => new List<ProgramStart>());
    }

    /// <summary>The first round reads files from the disk, and writes the entries that the others read.</summary>
    private static void Add(Dictionary<string, List<ProgramStart>> starts, PublishedProgram program, int round, ProgramStart start)
    {
        if (round < 0)
            return;
        if (!start.IsCached)
            throw new InvalidOperationException($"A start of {program.Name} did not answer from Redis.");
        starts[program.Name].Add(start);
    }

    private static void Report(Table table, string name, PublishedProgram[] programs, Dictionary<string, List<ProgramStart>> starts)
    {
        var spreads = programs.Select(program => Spread.Of(starts[program.Name].Select(static start => start.Milliseconds))).ToArray();
        table.Add([name, .. spreads.Select(static spread => Text.Number(spread.Median)), .. spreads.Select(Text.Range)]);
    }

    private static void Write(Table starts, Table sizes, IEnumerable<string> surroundings)
    {
        var text = $"""
            # Native AOT, measured

            <!-- Written by the command below. -->

            ```bash
            {Command}
            ```

            {string.Join('\n', surroundings.Select(static line => $"* {line}"))}

            The program is `tests/support/RedisTagCache.AotSmoke`: a worker and a web application in one, with output caching, the operations page, OpenTelemetry, the outbox, and SQLite. It is published as native code,
            and as a self-contained application of the .NET runtime. Each start is a new process. Its first answer is an entry that an earlier process has stored.

            {starts}
            {sizes}
            """;
        File.WriteAllText(Repository.Folder("docs", "benchmarks", "native-aot.md"), text.ReplaceLineEndings("\n").TrimEnd() + "\n");
        Console.WriteLine(text);
    }
}
