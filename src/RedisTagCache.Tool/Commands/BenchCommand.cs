using System.CommandLine;
using System.Globalization;
using RedisTagCache.Tool.Output;

namespace RedisTagCache.Tool.Commands;

/// <summary><c>bench</c>: what the cache costs over bare commands, from this machine to this server.</summary>
internal static class BenchCommand
{
    private static readonly Option<double> _seconds = Numbers.Option("--seconds", [], "The duration of each measurement in seconds.", 2d, 0.1, 60);
    private static readonly Option<int> _size = Numbers.Option("--size", [], "The size of a payload in bytes.", 1_024, 1, 10_000_000);
    private static readonly Option<int> _callers = Numbers.Option("--callers", [], "The number of concurrent callers.", 16, 1, 1_000);

    public static Command Create(ToolHost host)
    {
        var command = new Command("bench", "Measures lookups, writes and evictions, and compares them with plain GET and SET of the same client. Uses keys of its own below the prefix, and removes them.") { _seconds, _size, _callers }
            .Taking(CommonOptions.Prefix)
            .Refusing("it works on keys of its own.", CommonOptions.BuildNamespace, CommonOptions.Region)
            .Refusing("it asks nothing.", CommonOptions.Yes)
            .Refusing("it wraps no keys.", CommonOptions.Wide);
        ToolProgram.SetAction(command, host, async (parsed, report, cancellationToken) =>
        {
            var (seconds, size, callers) = (parsed.GetValue(_seconds), parsed.GetValue(_size), parsed.GetValue(_callers));
            var own = ToolSettings.Of(parsed, host).Nested("bench-" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..8]);
            await using var session = await Session.BeginAsync(own, cancellationToken);
            report.WhenStopped = "The keys of the measurement were removed, or expire within minutes.";
            var bench = new Bench(session, TimeSpan.FromSeconds(seconds), size, callers);
            IReadOnlyList<Bench.Row> rows;
            try
            {
                rows = await bench.RunAsync(cancellationToken);
            }
            finally
            {
                await bench.CleanAsync();
            }

            report.Write(new { seconds, size, callers, rows }, () => Show(report, rows, size, callers));
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Show(Report report, IReadOnlyList<Bench.Row> rows, int size, int callers)
    {
        var table = Report.Table("operation", "per second", "median", "99th percentile");
        foreach (var row in rows)
            Report.Row(table, row.Operation, Shown.Count((long)row.PerSecond), Shown.Of(row.Median), Shown.Of(row.Slow));
        report.Terminal.Write(table);
        report.Line($"{Shown.Bytes(size)} payloads, {callers} concurrent callers, one connection. The operations ran one after the other.");
    }
}
