using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using RedisTagCache.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Topology;

/// <summary>A cluster with primaries that have no keys of the cache is reported when the application starts.</summary>
public sealed class TooFewPartitionsTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(null, false)]
    public async Task Cluster_WithFewerPartitionsThanPrimaries_IsAdvisedOn(int? partitions, bool isAdvised)
    {
        using var logs = new FakeLoggerProvider();
        await using var instance = Instance.Create(
            cluster.ConnectionString,
            options => (options.KeyPrefix, options.Partitions) = ($"few{partitions ?? 0}", partitions),
            services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs)));
        await instance.Store.ReadAsync("k");
        await Eventually.BecomesTrueAsync(() => logs.Collector.GetSnapshot().Any(line => line.Id.Id == LogIds.SettingsChecked), "it has looked");
        var advice = logs.Collector.GetSnapshot().Where(line => line is { Category: "RedisTagCache.Advice", Level: >= LogLevel.Warning }).ToArray();
        Assert.Equal(isAdvised ? [LogIds.TooFewPartitions] : [], advice.Select(line => line.Id.Id));
        Assert.All(advice, line => Assert.Contains($"a cluster of 3 primaries, and the number of partitions is {partitions}: some of them have no keys", line.Message, StringComparison.Ordinal));
        Assert.All(advice, line => Assert.EndsWith("docs/cluster.md#partitions", line.Message, StringComparison.Ordinal));
    }
}
