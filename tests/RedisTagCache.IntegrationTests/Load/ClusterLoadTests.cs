using System.Diagnostics;
using System.Globalization;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Load;

/// <summary>What an eviction costs on a cluster: measured while no other test has the processors.</summary>
[Collection(Quiet.Name)]
public sealed class ClusterLoadTests
{
    private const int Callers = 64;

    [Fact]
    public async Task EvictionOfATagWith200_000Entries_CostsAFewRoundTrips()
    {
        const int entries = 200_000;
        await using var cluster = await RedisCluster.StartAsync(replicas: 0);
        await using var instance = Instance.Create(cluster.ConnectionString);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = caller; i < entries; i += Callers)
                Assert.Equal(CacheWriteOutcome.Stored, await instance.Store.WriteAsync("k" + i, "v", "t", "u" + (i % 100)));
        })));
        await using var client = await cluster.ConnectAsync();
        await using var single = Instance.Create(cluster.ConnectionString, options => (options.KeyPrefix, options.Partitions) = ("single", 1));
        await single.Store.EvictByTagAsync("nobody's");

        // One after the other, often: the lower quartiles are of the same moments, those in which nothing else had the processors. The round trip of one
        // partition's tag invalidation is what all of them at once are compared with.
        var (trips, one, few, many) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < 300; i++)
        {
            trips.Add(await TimeAsync(() => client.GetDatabase().PingAsync()));
            one.Add(await TimeAsync(() => single.Store.EvictByTagAsync("nobody's").AsTask()));
            few.Add(await TimeAsync(() => instance.Store.EvictByTagAsync("nobody's").AsTask()));
            many.Add(await TimeAsync(() => instance.Store.EvictByTagAsync("t").AsTask()));
        }

        Assert.Null(await instance.Store.ReadAsync("k1"));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"lower quartiles on 3 primaries: PING {Quartile(trips):F0} us; round trip of a tag invalidation in one partition {Quartile(one):F0} us; eviction in 12 partitions of a tag without entries {Quartile(few):F0} us, with {entries} entries {Quartile(many):F0} us ({Quartile(many) / Quartile(one):F1} such round trips)"));
        Assert.InRange(Quartile(many), 0, 6 * Quartile(one));
    }

    private static async Task<double> TimeAsync(Func<Task> call)
    {
        var start = Stopwatch.GetTimestamp();
        await call();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    private static double Quartile(List<double> times) => times.Order().ElementAt(times.Count / 4);
}
