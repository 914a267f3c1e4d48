using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.Benchmarks.Studies;

/// <summary>Gets from a cluster by many callers, beside bare GETs of the same client, and evictions in round trips.</summary>
internal static class ClusterStudy
{
    public const string Gets = "gets by bare";
    public const string Trips = "trips";

    private const int Primaries = 3;
    private const int Callers = 64;
    private const int Keys = 10_000;
    private const int Evictions = 201;
    private const int Rounds = 11;
    private static readonly TimeSpan _slice = TimeSpan.FromSeconds(1);
    private static readonly TagCacheEntryOptions _tagged = new() { Lifetime = TimeSpan.FromHours(1), Tags = new[] { "a", "b", "c" } };

    public static async Task<StudyResult> RunAsync(Arguments arguments)
    {
        await using var cluster = await RedisCluster.StartAsync(Primaries, replicas: 0);
        await using var instance = Instance.Create(cluster.ConnectionString);
        await using var connection = await cluster.ConnectAsync();
        var (store, bare) = (instance.Store, connection.GetDatabase());
        for (var i = 0; i < Keys; i++)
        {
            await store.SetAsync(StoreExtensions.Page(Key(i)), new ReadOnlySequence<byte>(new byte[Size.Page]), CacheVersion.AtWrite, _tagged);
            await bare.StringSetAsync(Key(i), new byte[Size.Page]);
        }

        var (ours, theirs, ratios) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < (arguments.IsQuick ? 3 : Rounds); round++)
        {
            var get = await CountAsync(key => GetAsync(store, key)) / _slice.TotalSeconds;
            var plain = await CountAsync(key => GetAsync(bare, key)) / _slice.TotalSeconds;
            if (round < 0)
                continue; // compiled
            ours.Add(get);
            theirs.Add(plain);
            ratios.Add(get / plain);
        }

        var (evictions, trips) = (new List<double>(), new List<double>());
        for (var i = -50; i < Evictions; i++)
        {
            var eviction = await TimeAsync(() => store.EvictByTagAsync("nobody's").AsTask());
            var trip = await TimeAsync(() => bare.StringGetAsync(Key(i + 50)));
            if (i < 0)
                continue; // compiled
            evictions.Add(eviction);
            trips.Add(trip);
        }

        var inTrips = Spread.Of(evictions).Median / Spread.Of(trips).Median;
        var table = new Table("cluster of 3 primaries, 12 partitions", "median", "middle half");
        table.Add("tagged gets of 1 KB, 64 callers, per second", Text.Number(Spread.Of(ours).Median), Text.Range(Spread.Of(ours)));
        table.Add("bare GET of 1 KB, 64 callers, per second", Text.Number(Spread.Of(theirs).Median), Text.Range(Spread.Of(theirs)));
        table.Add("tagged gets by bare GET, round by round", Text.Ratio(Spread.Of(ratios).Median), Text.Range(Spread.Of(ratios)));
        table.Add("eviction of a tag, us", Text.Number(Spread.Of(evictions).Median), Text.Range(Spread.Of(evictions)));
        table.Add("the same in round trips", Text.Ratio(inTrips), "");
        return new StudyResult(table, new Dictionary<string, double> { [Gets] = Spread.Of(ratios).Median, [Trips] = inTrips });
    }

    private static async Task GetAsync(ITagCacheStore store, string key)
    {
        using var found = await store.GetAsync(StoreExtensions.Page(key));
        if (!found.HasValue)
            throw new InvalidOperationException($"A hit was expected, and it was a miss: {found.MissReason}.");
    }

    private static async Task GetAsync(IDatabase database, string key)
    {
        if ((await database.StringGetAsync(key)).IsNull)
            throw new InvalidOperationException("A value was expected.");
    }

    private static async Task<long> CountAsync(Func<string, Task> getAsync)
    {
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var count = 0L;
            for (var i = caller; watch.Elapsed < _slice; i += Callers)
            {
                await getAsync(Key(i % Keys));
                count++;
            }

            return count;
        })));
        return counts.Sum();
    }

    private static async Task<double> TimeAsync(Func<Task> call)
    {
        var start = Stopwatch.GetTimestamp();
        await call();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    private static string Key(int i) => string.Create(CultureInfo.InvariantCulture, $"key:{i}");
}
