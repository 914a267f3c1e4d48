using System.Diagnostics;
using System.Globalization;
using RedisTagCache.Benchmarks.Stores;

namespace RedisTagCache.Benchmarks.Processes;

/// <summary>One of several processes that use a cache at the same time. Told a time in ticks, it works for so long and says how many calls it made, and what they took.</summary>
internal static class Worker
{
    public const string State = "state";

    public static async Task RunAsync(string connectionString, string contender, bool isGet, int callers, string keyPrefix)
    {
        await using var lab = await Lab.AttachAsync(connectionString);
        var store = lab.Stores.Single(store => store.Name == contender);
        var shape = new Shape(Size.Page, tags: 3, keyPrefix);
        await store.FillAsync(shape);
        var operation = isGet ? store.Get(shape) : store.Set(shape);
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
            Console.WriteLine(line == State ? ProcessState.Now().ToString() : await RunAsync(operation, callers, shape.Keys.Length, long.Parse(line, CultureInfo.InvariantCulture)));
    }

    private static async Task<string> RunAsync(Operation operation, int callers, int keys, long ticks)
    {
        var all = Enumerable.Range(0, callers).Select(index => new Caller(index, callers, keys)).ToArray();
        var end = Stopwatch.GetTimestamp() + ticks;
        foreach (var caller in all)
            caller.End = end;
        await Task.WhenAll(all.Select(caller => Task.Run(() => operation.LoopAsync(caller))));
        var latencies = new LatencyHistogram();
        foreach (var caller in all)
            latencies.Add(caller.Latencies);
        return latencies.ToString();
    }
}
