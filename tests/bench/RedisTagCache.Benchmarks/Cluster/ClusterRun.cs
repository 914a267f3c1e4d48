using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using RedisTagCache.Benchmarks.Reporting;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Benchmarks.Cluster;

/// <summary>How throughput, latency and the servers' work change with the number of primaries and of partitions. Prints the table of docs/cluster.md.</summary>
internal static class ClusterRun
{
    private const int Callers = 64;
    private const int Keys = 10_000;
    private const int Evictions = 500;
    private static readonly TimeSpan _time = TimeSpan.FromSeconds(4);
    private static readonly CacheRegion _region = new("bench", isTagged: true, isIsolatedByBuild: true);

    public static async Task RunAsync()
    {
        foreach (var line in Surroundings.Machine())
            Console.WriteLine($"* {line}");
        await using (var server = await RedisServer.StartAsync())
        await using (var connection = await server.ConnectAsync())
            Console.WriteLine($"* {RuntimeInformation.FrameworkDescription}, {(await ServerState.ReadAsync(connection.GetDatabase())).Version}\n");
        Console.WriteLine("| Servers | Partitions | Gets/s | Server CPU per get | Busiest : idlest | Round trip | Eviction, median | p99 | Server CPU per eviction |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        await using (var server = await RedisServer.StartAsync())
        {
            foreach (var partitions in new[] { 1, 36 })
                await MeasureAsync("1", [server], server.ConnectionString, partitions);
        }

        foreach (var primaries in new[] { 3, 6 })
        {
            await using var cluster = await RedisCluster.StartAsync(primaries, replicas: 0);
            foreach (var partitions in new[] { 1, 12, 36, 128 })
                await MeasureAsync($"{primaries} primaries", cluster.Nodes, cluster.ConnectionString, partitions);
        }
    }

    private static async Task MeasureAsync(string name, IReadOnlyList<RedisServer> servers, string connectionString, int partitions)
    {
        await using var instance = Instance.Create(connectionString, options => (options.KeyPrefix, options.Partitions) = ($"p{partitions}", partitions));
        var store = instance.Store;
        var options = new TagCacheEntryOptions { Lifetime = TimeSpan.FromHours(1), Tags = new[] { "a", "b", "c" } };
        for (var i = 0; i < Keys; i++)
            await store.SetAsync(Key(i), new ReadOnlySequence<byte>(new byte[1_024]), CacheVersion.AtWrite, options);
        await GetAsync(store, TimeSpan.FromSeconds(1)); // compiled

        var before = await CpuAsync(servers);
        var gets = await GetAsync(store, _time);
        var used = Differences(await CpuAsync(servers), before);

        var trips = new double[Evictions];
        var evictions = new double[Evictions];
        for (var i = 0; i < 50; i++)
            await store.EvictByTagAsync("nobody's");
        before = await CpuAsync(servers);
        for (var i = 0; i < Evictions; i++)
            evictions[i] = await TimeAsync(() => store.EvictByTagAsync("nobody's").AsTask());
        var evicting = Differences(await CpuAsync(servers), before);
        await using var client = await servers[0].ConnectAsync();
        for (var i = 0; i < Evictions; i++)
            trips[i] = await TimeAsync(() => client.GetDatabase().PingAsync());
        Array.Sort(trips);
        Array.Sort(evictions);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {partitions} | {gets / _time.TotalSeconds:N0} | {used.Sum() / gets * 1e6:F1} us | {used.Max() / Math.Max(used.Min(), 0.001):F1} | {trips[Evictions / 2]:F0} us | {evictions[Evictions / 2]:F0} us | {evictions[Evictions * 99 / 100]:F0} us | {evicting.Sum() / Evictions * 1e6:F0} us |"));
    }

    private static async Task<long> GetAsync(ITagCacheStore store, TimeSpan time)
    {
        var gets = 0L;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = caller; watch.Elapsed < time; i += Callers)
            {
                (await store.GetAsync(Key(i % Keys))).Dispose();
                Interlocked.Increment(ref gets);
            }
        })));
        return gets;
    }

    private static async Task<double> TimeAsync(Func<Task> call)
    {
        var start = Stopwatch.GetTimestamp();
        await call();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    /// <summary>The processor time of each server so far, in seconds.</summary>
    private static Task<double[]> CpuAsync(IReadOnlyList<RedisServer> servers) => Task.WhenAll(servers.Select(static async server =>
        (await RedisCluster.CliAsync(server, "info", "cpu")).Split('\n')
            .Where(static line => line.StartsWith("used_cpu_sys:", StringComparison.Ordinal) || line.StartsWith("used_cpu_user:", StringComparison.Ordinal))
            .Sum(static line => double.Parse(line.Split(':')[1], CultureInfo.InvariantCulture))));

    private static double[] Differences(double[] after, double[] before) => [.. after.Zip(before, static (a, b) => a - b)];

    private static CacheEntryKey Key(int i) => new(_region, string.Create(CultureInfo.InvariantCulture, $"key:{i}"));
}
