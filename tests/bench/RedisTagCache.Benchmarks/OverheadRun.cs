using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Benchmarks.Reporting;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Benchmarks;

/// <summary>
/// What metrics and traces cost, with and without listeners. They come and go in every round, so that a busy moment of the machine hits all alike. The cost is processor
/// time, which other processes and the round trip affect less than the time of a call.
/// </summary>
internal static class OverheadRun
{
    private const int Rounds = 31;
    private static readonly TimeSpan _sample = TimeSpan.FromSeconds(0.1);
    private static readonly CachePolicy _fromRedis = new() { Lifetime = TimeSpan.FromMinutes(30), Flags = HybridCacheEntryFlags.DisableLocalCache };
    private static readonly (string Name, bool Meters, bool Traces)[] _listeners =
        [("none", false, false), ("metrics", true, false), ("traces", false, true), ("both", true, true)];

    private static long _measurements;
    private static long _activities;

    public static async Task RunAsync()
    {
        await using var server = await RedisServer.StartAsync();
        await using var instance = Instance.Create(server.ConnectionString);
        var cache = instance.Get<ITagCache>();
        foreach (var line in Surroundings.Machine())
            Console.WriteLine($"* {line}");
        await using var connection = await server.ConnectAsync();
        Console.WriteLine($"* {RuntimeInformation.FrameworkDescription}, {(await ServerState.ReadAsync(connection.GetDatabase())).Version}, {Rounds} rounds\n");
        Console.WriteLine("| Work | Listeners | CPU ns/op | Difference to none | Middle half | B/op | Measurements/op | Activities/op |\n|---|---|--:|--:|--:|--:|--:|--:|");
        await MeasureAsync("local hit", () => cache.GetOrCreateAsync("local", static (_, _) => new ValueTask<string>(Payload.Text())));
        await MeasureAsync("hit in Redis", () => cache.GetOrCreateAsync("redis", static (_, _) => new ValueTask<string>(Payload.Text()), _fromRedis));
    }

    private static async Task MeasureAsync(string work, Func<ValueTask<string>> call)
    {
        var times = await TimesAsync(call);
        var rows = _listeners.Select(_ => (Processor: new List<double>(), Bytes: new List<double>(), Measurements: 0.0, Activities: 0.0)).ToArray();
        for (var round = -1; round < Rounds; round++)
        {
            for (var turn = 0; turn < rows.Length; turn++)
            {
                var i = round % 2 == 0 ? turn : rows.Length - 1 - turn;
                using var listening = Listen(_listeners[i].Meters, _listeners[i].Traces);
                await RepeatAsync(call, times / 20); // what comes with a listener alone
                GC.Collect();
                (_measurements, _activities) = (0, 0);
                var (bytes, processor) = (GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime);
                await RepeatAsync(call, times);
                var used = Environment.CpuUsage.TotalTime - processor;
                if (round < 0)
                    continue;
                (rows[i].Measurements, rows[i].Activities) = ((double)_measurements / times, (double)_activities / times);
                rows[i].Processor.Add(used.TotalNanoseconds / times);
                rows[i].Bytes.Add((double)(GC.GetTotalAllocatedBytes(precise: true) - bytes) / times);
            }
        }

        for (var i = 0; i < rows.Length; i++)
        {
            // Round by round, so that what the machine did besides is in neither.
            var more = Spread.Of(rows[i].Processor.Zip(rows[0].Processor, static (with, without) => with - without));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {work} | {_listeners[i].Name} | {Median(rows[i].Processor):N1} | {(i == 0 ? "" : Signed(more.Median))} | {(i == 0 ? "" : $"{Signed(more.Lower)} to {Signed(more.Upper)}")} | {Median(rows[i].Bytes):N0} | {rows[i].Measurements:0.#} | {rows[i].Activities:0.#} |"));
        }
    }

    /// <summary>How many calls make a sample, found while everything is compiled.</summary>
    private static async Task<int> TimesAsync(Func<ValueTask<string>> call)
    {
        var times = 1_000;
        for (var total = Stopwatch.StartNew(); total.Elapsed < TimeSpan.FromSeconds(2);)
        {
            var watch = Stopwatch.StartNew();
            await RepeatAsync(call, times);
            if (watch.Elapsed < _sample)
                times = times * 5 / 4;
        }

        return times;
    }

    private static async Task RepeatAsync(Func<ValueTask<string>> call, int times)
    {
        for (var i = 0; i < times; i++)
            await call();
    }

    private static string Signed(double value) => value.ToString(Math.Abs(value) >= 100 ? "+#,0;-#,0" : "+0.0;-0.0;0.0", CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    /// <summary>Listeners that take everything and only count it: what is beyond them is the exporter's.</summary>
    private static Listening Listen(bool meters, bool traces)
    {
        var listening = new Listening(
            new MeterListener
            {
                InstrumentPublished = static (instrument, listener) =>
                {
                    if (instrument.Meter.Name == RedisTagCacheDiagnostics.MeterName)
                        listener.EnableMeasurementEvents(instrument);
                },
            },
            new ActivityListener
            {
                ShouldListenTo = static source => source.Name == RedisTagCacheDiagnostics.ActivitySourceName,
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = static _ => _activities++,
            });
        listening.Meters.SetMeasurementEventCallback<long>(static (_, _, _, _) => _measurements++);
        listening.Meters.SetMeasurementEventCallback<double>(static (_, _, _, _) => _measurements++);
        if (meters)
            listening.Meters.Start();
        if (traces)
            ActivitySource.AddActivityListener(listening.Traces);
        return listening;
    }

    private sealed record Listening(MeterListener Meters, ActivityListener Traces) : IDisposable
    {
        public void Dispose()
        {
            Meters.Dispose();
            Traces.Dispose();
        }
    }
}
