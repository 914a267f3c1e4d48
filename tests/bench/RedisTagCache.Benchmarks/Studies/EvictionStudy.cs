using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Benchmarks.Studies;

/// <summary>
/// One eviction of a tag that many entries carry. Microsoft's store deletes them, so that they are written again for each eviction; ours marks the tag. Ours
/// is told in round trips as well: by the median PING of the same time.
/// </summary>
internal static class EvictionStudy
{
    private const int Writers = 64;
    private const int Times = 101;
    private static readonly int[] _counts = [10, 1_000, 100_000, 1_000_000];
    private static readonly byte[] _payload = new byte[Size.Small];

    public static string Figure(string whose, int count) => string.Create(CultureInfo.InvariantCulture, $"{whose} {count}");

    public static async Task<StudyResult> RunAsync(Arguments arguments)
    {
        var table = new Table("entries with the tag", "RedisTagCache, us", "middle half", "in round trips", "Redis CPU, us", "Microsoft output-cache store, us", "middle half", "Redis CPU, us", "Microsoft by RedisTagCache");
        var figures = new Dictionary<string, double>();
        foreach (var count in arguments.IsQuick ? _counts[..3] : _counts)
        {
            await using var lab = await Lab.StartAsync();
            var (ours, trip, work) = await MeasureOursAsync(lab, count);
            var (microsoft, theirWork) = count > 100_000 ? (Spread.Of([]), double.NaN) : await MeasureMicrosoftAsync(lab, count);
            table.Add(
                count.ToString("N0", CultureInfo.InvariantCulture), Text.Number(ours.Median), Text.Range(ours), Text.Ratio(ours.Median / trip), Text.Number(work),
                Text.Number(microsoft.Median), Text.Range(microsoft), Text.Number(theirWork), Text.Ratio(microsoft.Median / ours.Median));
            figures[Figure("ours", count)] = ours.Median;
            figures[Figure("trips", count)] = ours.Median / trip;
            if (!double.IsNaN(microsoft.Median))
                figures[Figure("microsoft", count)] = microsoft.Median;
        }

        return new StudyResult(table, figures);
    }

    private static async Task<(Spread Time, double Trip, double Work)> MeasureOursAsync(Lab lab, int count)
    {
        var store = lab.Ours.Store;
        var options = new TagCacheEntryOptions { Lifetime = TimeSpan.FromHours(1), Tags = new[] { "many" } };
        await FillAsync(count, key => store.SetAsync(StoreExtensions.Page(key), new ReadOnlySequence<byte>(_payload), CacheVersion.AtWrite, options).AsTask());
        for (var i = 0; i < Times; i++)
            await store.EvictByTagAsync("warm");
        var (evictions, trips, work) = (new List<double>(), new List<double>(), 0.0);
        for (var i = 0; i < Times; i++)
        {
            var before = await ServerState.ReadAsync(lab.Watch);
            evictions.Add(await TimeAsync(() => store.EvictByTagAsync("many").AsTask()));
            work += (await ServerState.ReadAsync(lab.Watch)).Since(before).Commands.GetValueOrDefault("evalsha").Microseconds;
            trips.Add(await TimeAsync(() => lab.Watch.PingAsync()));
        }

        return (Spread.Of(evictions), Spread.Of(trips).Median, work / Times);
    }

    private static async Task<(Spread Time, double Work)> MeasureMicrosoftAsync(Lab lab, int count)
    {
        var (store, times, work) = (lab.MicrosoftPages, new List<double>(), new List<double>());
        for (var i = 0; i < (count > 10_000 ? 3 : 21); i++)
        {
            await FillAsync(count, key => store.SetAsync(key, _payload, ["many"], TimeSpan.FromHours(1), default).AsTask());
            var before = await ServerState.ReadAsync(lab.Watch);
            times.Add(await TimeAsync(() => store.EvictByTagAsync("many", default).AsTask()));
            work.Add((await ServerState.ReadAsync(lab.Watch)).Since(before).Processor * 1e6);
        }

        return (Spread.Of(times), Spread.Of(work).Median);
    }

    private static Task FillAsync(int count, Func<string, Task> writeAsync) => Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
    {
        for (var i = writer; i < count; i += Writers)
            await writeAsync(string.Create(CultureInfo.InvariantCulture, $"article:{i}"));
    })));

    private static async Task<double> TimeAsync(Func<Task> call)
    {
        var start = Stopwatch.GetTimestamp();
        await call();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }
}
