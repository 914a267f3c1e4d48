using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using RedisTagCache.Benchmarks.Processes;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.Benchmarks.Studies;

/// <summary>Many callers ask for one large entry at the same time, in a new process each time: by bare GETs, and through the store.</summary>
internal static class LargeReadsStudy
{
    public const string Hits = "fewest hits";
    public const string Memory = "memory by bare";
    public const string Time = "time by bare";

    private const int Callers = 100;
    private const int Length = 5 * 1_024 * 1_024;
    private const int Rounds = 9;
    private const string Key = "large";

    public static async Task<StudyResult> RunAsync(Arguments arguments)
    {
        await using var lab = await Lab.StartAsync();
        await lab.Bare.StringSetAsync(Key, new byte[Length]);
        await lab.Ours.Store.SetAsync(
            StoreExtensions.Page(Key), new ReadOnlySequence<byte>(new byte[Length]), CacheVersion.AtWrite, new TagCacheEntryOptions { Lifetime = TimeSpan.FromHours(1), Tags = new[] { "a" } });
        var (bare, ours) = (new List<Reads>(), new List<Reads>());
        for (var round = 0; round < (arguments.IsQuick ? 3 : Rounds); round++)
        {
            bare.Add(await StartAsync(lab, isBare: true));
            ours.Add(await StartAsync(lab, isBare: false));
        }

        var table = new Table("100 callers of one entry of 5 MB", "fewest hits", "ms", "middle half", "working set at most, MB", "middle half");
        foreach (var (name, all) in new[] { ("bare StackExchange.Redis, a GET each", bare), ("RedisTagCache, ITagCacheStore", ours) })
        {
            var (time, memory) = (Spread.Of(all.Select(static reads => reads.Milliseconds)), Spread.Of(all.Select(static reads => reads.Megabytes)));
            table.Add(name, Text.Number(all.Min(static reads => reads.Hits)), Text.Number(time.Median), Text.Range(time), Text.Number(memory.Median), Text.Range(memory));
        }

        return new StudyResult(table, new Dictionary<string, double>
        {
            [Hits] = ours.Min(static reads => reads.Hits),
            [Memory] = Spread.Of(ours.Zip(bare, static (mine, its) => mine.Megabytes / its.Megabytes)).Median,
            [Time] = Spread.Of(ours.Zip(bare, static (mine, its) => mine.Milliseconds / its.Milliseconds)).Median,
        });
    }

    /// <summary>What the new process does.</summary>
    public static async Task ReadAsync(string connectionString, bool isBare)
    {
        await using var instance = Instance.Create(connectionString);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(connectionString);
        Func<string, Task<bool>> readAsync = isBare ? key => IsThereAsync(connection.GetDatabase(), key) : key => IsThereAsync(instance.Store, key);
        await readAsync("nothing"); // connected and compiled
        var watch = Stopwatch.StartNew();
        var hits = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => readAsync(Key)));
        watch.Stop();
        using var own = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{hits.Count(static hit => hit)} {watch.Elapsed.TotalMilliseconds} {own.PeakWorkingSet64 / 1_048_576.0}"));
    }

    private static async Task<Reads> StartAsync(Lab lab, bool isBare)
    {
        await using var process = ChildProcess.Start("large", lab.ConnectionString, isBare ? "bare" : "store");
        var words = (await process.ReadAsync()).Split(' ').Select(static word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        return new Reads(words[0], words[1], words[2]);
    }

    private static async Task<bool> IsThereAsync(IDatabase database, string key)
    {
        using var found = await database.StringGetLeaseAsync(key);
        await Task.Yield();
        return found is not null;
    }

    private static async Task<bool> IsThereAsync(ITagCacheStore store, string key)
    {
        using var found = await store.GetAsync(StoreExtensions.Page(key));
        await Task.Yield();
        return found.HasValue;
    }

    private sealed record Reads(double Hits, double Milliseconds, double Megabytes);
}
