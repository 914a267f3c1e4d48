using System.CommandLine;
using System.Globalization;
using RedisTagCache.Management;
using RedisTagCache.Tool.Output;

namespace RedisTagCache.Tool.Commands;

/// <summary><c>stats</c>: the servers, the partitions, and the content of the cache.</summary>
internal static class StatsCommand
{
    /// <summary>The maximum number of keys to scan, unless the command line says another.</summary>
    public const long MaximumKeys = 100_000;

    private static readonly Option<long> _maximumKeys = Numbers.Option("--max-keys", [], "The maximum number of keys of the servers to scan. 0 for none.", MaximumKeys, 0, long.MaxValue);

    public static Command Create(ToolHost host)
    {
        var command = new Command("stats", "Shows the servers, the partitions, and the number of entries by region, build and status.") { _maximumKeys }
            .Taking(CommonOptions.Prefix, CommonOptions.BuildNamespace, CommonOptions.Region, CommonOptions.Wide)
            .Refusing("it asks nothing.", CommonOptions.Yes);
        command.Validators.Add(static result =>
        {
            if (result.GetResult(_maximumKeys) is { Tokens: [{ Value: "0" }] } && (result.GetResult(CommonOptions.Region) ?? result.GetResult(CommonOptions.BuildNamespace)) is not null)
                result.AddError("--region and --build-namespace have no effect with --max-keys 0: no entries are counted.");
        });
        ToolProgram.SetAction(command, host, async (parsed, report, cancellationToken) =>
        {
            report.Widen(parsed);
            await using var session = await Session.OpenAsync(parsed, host, cancellationToken);
            var described = await session.Inspector.DescribeAsync(cancellationToken);
            var count = new EntryCount();
            if (parsed.GetValue(_maximumKeys) is > 0 and var most)
                await count.RunAsync(session, session.Query with { Region = parsed.GetValue(CommonOptions.Region), MaxKeys = most }, cancellationToken);
            report.Write(Json(described, count), () => Show(report, described, count));
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>Returns how many evicted and expired tags are remembered, since when their history is complete, and how many partitions have no history.</summary>
    public static (long TagInvalidations, TimeSpan? FloorAge, int WithoutHistory) HistoryOf(CacheDescription described) =>
    (
        described.Partitions.Sum(static partition => partition.TagInvalidations),
        described.Partitions.Max(static partition => partition.FloorAge),
        described.Partitions.Count(static partition => partition.Epoch is null));

    private static object Json(CacheDescription described, EntryCount count) => new
    {
        described.KeyPrefix,
        described.Topology,
        roundTripSeconds = described.RoundTrip,
        servers = described.Servers,
        partitions = described.Partitions,
        entries = count.Rows,
        keysLookedAt = count.Progress.Keys,
        isComplete = count.Progress.IsComplete,
    };

    private static void Show(Report report, CacheDescription described, EntryCount count)
    {
        report.Line($"Prefix {described.KeyPrefix}, {described.Topology.ToString().ToLowerInvariant()}, {described.Partitions.Count} partition{(described.Partitions.Count == 1 ? "" : "s")}, round trip {Shown.Of(described.RoundTrip)}");
        var servers = Report.Table("server", "role", "version", "keys", "memory", "policy", "dropped", "persistence", "up for");
        foreach (var server in described.Servers)
        {
            Report.Row(
                servers,
                server.EndPoint,
                !server.IsAnswering ? "unavailable" : server.IsReplica ? "replica" : "primary",
                $"{server.Engine} {server.Version}",
                server.Keys is { } keys ? Shown.Count(keys) : "-",
                $"{Shown.Bytes(server.UsedMemory)} of {(server.MaxMemory is 0 ? "no limit" : Shown.Bytes(server.MaxMemory))}",
                server.MemoryPolicy,
                server.DroppedForMemory is { } dropped ? Shown.Count(dropped) : "-",
                (server.HasAppendOnlyFile, server.Snapshots) switch { (true, _) => "AOF", (_, { Length: > 0 }) => "snapshots", (_, "") => "none", _ => "-" },
                Shown.Of(server.Uptime));
        }

        report.Terminal.Write(servers);
        var (invalidations, floorAge, without) = HistoryOf(described);
        report.Line($"Redis remembers {Shown.Count(invalidations, "evicted or expired tag")}{(floorAge is null ? "" : $" from the last {Shown.Of(floorAge)}")}.{(without == 0 ? "" : $" Partitions without a history of evictions: {Shown.Count(without)}.")}");

        var entries = Report.Table("region", "build", "fresh", "stale", "invalidated", "memory", "invalidated memory");
        foreach (var row in count.Rows)
            Report.Row(entries, row.Region, row.BuildNamespace ?? "-", Shown.Count(row.Fresh), Shown.Count(row.Stale), Shown.Count(row.Invalidated), Shown.Bytes(row.Bytes), Shown.Bytes(row.InvalidatedBytes));
        report.Terminal.Write(entries);
        report.Line(string.Create(
            CultureInfo.InvariantCulture, $"{Shown.Count(count.Progress.Keys, "entry")} scanned.{(count.Progress.IsComplete ? "" : " There are more. To scan them, raise --max-keys.")}"));
    }
}
