using System.Globalization;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Topology;

/// <summary>How the keys are spread over a cluster.</summary>
public sealed class ClusterShareTests
{
    private const int Lookups = 100_000;
    private const int Callers = 64;

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    public async Task RandomKeys_GiveEachPrimaryItsShare(int primaries)
    {
        await using var cluster = await RedisCluster.StartAsync(primaries, replicas: 0);
        await using var instance = Instance.Create(cluster.ConnectionString);
        await instance.Store.ReadAsync("k"); // connected
        var before = await GetsAsync(cluster);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = caller; i < Lookups; i += Callers)
                (await instance.Store.GetAsync(StoreExtensions.Page(Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)))).Dispose();
        })));
        var gets = (await GetsAsync(cluster)).Zip(before, static (after, then) => after - then).ToArray();
        var even = gets.Average();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Lookups} lookups; commands per primary, in parts of an even share: {string.Join(" ", gets.Select(get => (get / even).ToString("F3", CultureInfo.InvariantCulture)))}"));
        Assert.Equal(primaries, gets.Length);
        Assert.All(gets, get => Assert.InRange(get, 0.85 * even, 1.15 * even));
    }

    private static async Task<long[]> GetsAsync(RedisCluster cluster) => await Task.WhenAll(cluster.Nodes.Select(static async node =>
    {
        var stats = await RedisCluster.CliAsync(node, "info", "commandstats");
        var line = stats.Split('\n').FirstOrDefault(static line => line.StartsWith("cmdstat_mget:", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split('=', ',')[1], CultureInfo.InvariantCulture);
    }));
}
