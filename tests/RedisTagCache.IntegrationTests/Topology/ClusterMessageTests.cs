using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Connection;
using RedisTagCache.IntegrationTests.Hybrid;
using RedisTagCache.TestSupport;
using RedisTagCache.Topology;

namespace RedisTagCache.IntegrationTests.Topology;

/// <summary>Messages between instances on a cluster: they come at once, also after slots were moved and after a primary has died.</summary>
public sealed class ClusterMessageTests : IAsyncLifetime
{
    private const int Keys = 72;

    /// <summary>A look finds within a second what was not announced: half of it tells that messages came.</summary>
    private static readonly TimeSpan _announced = TimeSpan.FromMilliseconds(500);
    private RedisCluster _cluster = null!;
    private Instance _a = null!;
    private Instance _b = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await RedisCluster.StartAsync();
        _a = Instance.Create(_cluster.ConnectionString);
        _b = Instance.Create(_cluster.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Evictions_AreAnnouncedAtOnce_AlsoAfterSlotsWereMovedAndAPrimaryHasDied()
    {
        await AreAnnouncedAsync("at first");
        await using var client = await _cluster.ConnectAsync();
        var hasShardedChannels = client.GetServers()[0].Version.Major >= 7;
        Assert.Equal(new PartitionLayout(12, hasShardedChannels), _b.Get<LayoutAgreement>().Agreed);

        await RedisCluster.MoveSlotsAsync(await _cluster.PrimaryOfAsync(0), await _cluster.PrimaryOfAsync(16_383), 3_000);
        await AreAnnouncedAsync("after slots were moved");

        (await _cluster.PrimaryOfAsync(6_000)).Kill();
        await Eventually.BecomesTrueAsync(IsWholeAsync, "a replica has taken over", TimeSpan.FromSeconds(30));
        await AreAnnouncedAsync("after a primary has died");
    }

    /// <summary>In each partition a copy in the other's memory is evicted; the slowest tells.</summary>
    private async Task AreAnnouncedAsync(string when)
    {
        var (mine, others) = (_a.Get<HybridCache>(), _b.Get<HybridCache>());
        TimeSpan slowest;
        var rounds = 0;
        do
        {
            Assert.True(++rounds <= 20, $"Messages come at once {when}.");
            slowest = TimeSpan.Zero;
            for (var i = 0; i < Keys; i++)
            {
                await Eventually.BecomesTrueAsync(() => HasCopyAsync(i), $"it has a copy {when}");
                var watch = Stopwatch.StartNew();
                await mine.RemoveByTagAsync($"t{i}");
                await Eventually.BecomesTrueAsync(async () => await others.InMemoryAsync($"k{i}") is null, "the copy is gone");
                slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
            }
        }
        while (slowest > _announced);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{when}: {Keys} evictions, the slowest at the other instance after {slowest.TotalMilliseconds:F0} ms, in round {rounds}"));

        // While the nodes have not agreed yet, a value may not be stored. The other instance then computes its own.
        async Task<bool> HasCopyAsync(int i)
        {
            await mine.SetAsync($"k{i}", "v", tags: [$"t{i}"]);
            return await others.GetOrCreateAsync($"k{i}", static _ => ValueTask.FromResult("none")) == "v";
        }
    }

    private async Task<bool> IsWholeAsync()
    {
        try
        {
            await _a.Store.EvictByTagAsync("whole");
            return true;
        }
        catch (RedisTagCacheUnavailableException)
        {
            return false;
        }
    }
}
