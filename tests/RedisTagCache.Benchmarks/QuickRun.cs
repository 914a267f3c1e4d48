using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using ZiggyCreatures.Caching.Fusion;

namespace RedisTagCache.Benchmarks;

/// <summary>All workloads in two minutes. The contenders take turns in every round, so that a busy moment of the machine hits them alike.</summary>
internal static class QuickRun
{
    private const int Rounds = 21;

    public static async Task RunAsync(string filter)
    {
        await using var lab = await Lab.StartAsync();
        PrintSurroundings();
        Print($"| workload | cache | ns/op | middle half | CPU ns/op | op/s | B/op | Redis commands/op |\n|---|---|--:|--:|--:|--:|--:|--:|");
        foreach (var workload in Workload.All.Where(workload => workload.Name.Contains(filter, StringComparison.OrdinalIgnoreCase)))
        {
            var all = lab.Contenders.Where(workload.Includes).Select(contender => new Series(workload, contender, lab)).ToList();
            foreach (var series in all)
                await series.WarmUpAsync();
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var series in round % 2 == 0 ? all : Enumerable.Reverse(all))
                    await series.MeasureAsync();
            }

            all.ForEach(PrintRow);
        }
    }

    private static void PrintSurroundings()
    {
        var versions = new[] { typeof(HybridCacheServiceExtensions), typeof(RedisCache), typeof(FusionCache), typeof(ConnectionMultiplexer) }
            .Select(type => type.Assembly)
            .Select(assembly => $"{assembly.GetName().Name} {assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]}");
        var load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
        Print($"{DateTime.UtcNow:yyyy-MM-dd}, {RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount} cores, load before {load}, {Rounds} rounds");
        Print($"{string.Join(", ", versions)}\n");
    }

    private static void PrintRow(Series series)
    {
        var format = series.Nanoseconds < 1000 ? "N1" : "N0";
        Print($"| {series.Workload} | {series.Contender} | {Text(series.Nanoseconds, format)} | {Text(series.LowerQuartile, format)} to {Text(series.UpperQuartile, format)} | {Text(series.Processor, format)} | {1e9 / series.Nanoseconds:N0} | {series.Bytes:N0} | {series.CommandsPerCall:N2} |");
    }

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    private static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
