using System.Globalization;
using RedisTagCache.Connection;
using RedisTagCache.Invalidation;
using RedisTagCache.TestSupport;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Topology;

/// <summary>All instances of a fleet spread their keys alike, or are told.</summary>
public sealed class LayoutTests(ClusterEngine cluster, StandaloneEngine standalone) : IClassFixture<ClusterEngine>, IClassFixture<StandaloneEngine>, IAsyncDisposable
{
    private readonly List<Instance> _instances = [];

    private string Prefix { get; } = "l" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    private RedisKey LayoutKey => $"{{{Prefix}:layout}}";

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
            await instance.DisposeAsync();
    }

    [Fact]
    public async Task FirstConnection_FindsOutHowTheKeysAreSpread()
    {
        var (one, many) = (Create(standalone, null), Create(cluster, null));
        Assert.Null(one.Get<LayoutAgreement>().Agreed); // nothing is connected before the first use
        Assert.Null(await one.Store.ReadAsync("k"));
        Assert.Null(await many.Store.ReadAsync("k"));
        Assert.Equal(new PartitionLayout(1, IsSharded: false), one.Get<LayoutAgreement>().Agreed);
        Assert.Equal(12, many.Get<LayoutAgreement>().Agreed?.Count);
        Assert.Equal("1", await standalone.Database.StringGetAsync(LayoutKey));
    }

    [Fact]
    public async Task AnInstanceThatWasNotTold_TakesOverWhatTheFleetHas()
    {
        await Create(standalone, 5).Store.WriteAsync("k", "v", "t");
        var other = Create(standalone, null);
        Assert.Equal("v", await other.Store.ReadAsync("k"));
        Assert.Equal(5, other.Get<PartitionSet>().Known().Keys.Partitions.Count);
    }

    [Fact]
    public async Task AnInstanceThatWasToldOtherwise_IsRefused_AndSaysWhy()
    {
        var fleet = Create(standalone, 5);
        await fleet.Store.WriteAsync("k", "v", "t");
        var other = Create(standalone, 6);
        using var lookup = await other.Store.GetAsync(StoreExtensions.Page("k"));
        Assert.Equal(CacheMissReason.Unavailable, lookup.MissReason);
        Assert.Equal(CacheWriteOutcome.Skipped, await other.Store.WriteAsync("k", "w", "t"));
        var refused = await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await other.Store.EvictByTagAsync("t"));
        Assert.Contains("as '5', this one as '6'", refused.InnerException!.ToString(), StringComparison.Ordinal);
        Assert.Contains(nameof(RedisTagCacheOptions.Partitions), refused.InnerException!.ToString(), StringComparison.Ordinal);
        Assert.Equal("v", await fleet.Store.ReadAsync("k"));
    }

    [Fact]
    public async Task RefusedInstance_JoinsOnceTheOthersAreGone_AndItsEvictionHolds()
    {
        await Create(standalone, 5).Store.WriteAsync("k", "v", "t");
        var other = Create(standalone, 6);
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await other.Store.EvictByTagAsync("t"));
        await standalone.Database.KeyDeleteAsync(LayoutKey);
        await Eventually.BecomesTrueAsync(async () => await other.Store.WriteAsync("k", "w", "u") == CacheWriteOutcome.Stored, "it joins");
        await Eventually.BecomesTrueAsync(
            async () => (await Task.WhenAll(other.Get<PartitionSet>().Known().Keys.Partitions.Select(p => standalone.Database.SortedSetScoreAsync(p.Marks, "h=t")))).All(score => score is not null),
            "its eviction is repeated everywhere");
    }

    [Fact]
    public async Task ManyAtOnceThatDisagree_OneLayoutWins()
    {
        var instances = Enumerable.Range(0, 12).Select(i => Create(standalone, 2 + (i % 3))).ToArray();
        var outcomes = await Task.WhenAll(instances.Select((instance, i) => instance.Store.WriteAsync("k" + i, "v", "t")));
        var agreed = int.Parse((string)(await standalone.Database.StringGetAsync(LayoutKey))!, CultureInfo.InvariantCulture);
        Assert.Equal(instances.Select((_, i) => 2 + (i % 3) == agreed), outcomes.Select(outcome => outcome == CacheWriteOutcome.Stored));
    }

    [Fact]
    public async Task LayoutThatWasLost_IsWrittenAgain_AndOneThatWasReplacedIsObeyed()
    {
        var fleet = Create(standalone, 5);
        await fleet.Store.WriteAsync("k", "v", "t");
        await standalone.Database.KeyDeleteAsync(LayoutKey);
        await fleet.Get<RedisConnection>().VerifyLayoutAsync();
        Assert.Equal("5", await standalone.Database.StringGetAsync(LayoutKey));

        await standalone.Database.StringSetAsync(LayoutKey, "6");
        await fleet.Get<RedisConnection>().VerifyLayoutAsync();
        Assert.Null(await fleet.Store.ReadAsync("k"));
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await fleet.Store.EvictByTagAsync("t"));

        await standalone.Database.StringSetAsync(LayoutKey, "5");
        await Eventually.BecomesTrueAsync(async () => await fleet.Store.WriteAsync("k", "w", "t") == CacheWriteOutcome.Stored, "it works again");
    }

    [Fact]
    public async Task LayoutThatIsNone_IsRefused()
    {
        await standalone.Database.StringSetAsync(LayoutKey, "many");
        var refused = await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await Create(standalone, null).Store.EvictByTagAsync("t"));
        Assert.Contains((string)LayoutKey!, refused.InnerException!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(128)]
    public async Task AClusterWithAnyNumberOfPartitions_Works(int partitions)
    {
        var (a, b) = (Create(cluster, partitions), Create(cluster, null));
        for (var i = 0; i < 50; i++)
            Assert.Equal(CacheWriteOutcome.Stored, await a.Store.WriteAsync("k" + i, "v", "t"));
        for (var i = 0; i < 50; i++)
            Assert.Equal("v", await b.Store.ReadAsync("k" + i));
        await b.Store.EvictByTagAsync("t");
        for (var i = 0; i < 50; i++)
            Assert.Null(await a.Store.ReadAsync("k" + i));
    }

    private Instance Create(IEngine engine, int? partitions)
    {
        var instance = Instance.Create(engine.ConnectionString, options => (options.KeyPrefix, options.Partitions) = (Prefix, partitions));
        _instances.Add(instance);
        return instance;
    }
}
