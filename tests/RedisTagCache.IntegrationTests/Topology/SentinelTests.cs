using System.Diagnostics;
using System.Globalization;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Topology;

/// <summary>Sentinels put a replica in the place of a primary that has died: readers see no error, and evictions hold.</summary>
public sealed class SentinelTests
{
    [Fact]
    public async Task PrimaryKilled_UnderLoad_ReadersSeeNoError_AndEvictionsHold()
    {
        await using var trio = await RedisSentinels.StartAsync();
        await using var a = Instance.Create(trio.ConnectionString);
        await using var b = Instance.Create(trio.ConnectionString);
        ITagCacheStore[] stores = [a.Store, b.Store];
        var history = new VersionHistory(200);
        await using var load = new BackgroundLoad();
        foreach (var store in stores)
            load.Start(stop => history.ReadAndWriteAsync(store, stop));
        await using (var evictions = new BackgroundLoad())
        {
            evictions.Start(stop => history.EvictAsync(stores, stop));
            await ProgressAsync(history);
            await evictions.StopAsync();
        }

        // What is confirmed and not yet replicated may be lost with a primary: that its issuer repeats it, FailoverTests shows.
        var dead = await trio.PrimaryAsync();
        await RedisCluster.CliAsync(dead, "wait", "2", "5000");
        dead.Kill();
        var watch = Stopwatch.StartNew();
        load.Start(stop => history.EvictAsync(stores, stop));
        await Eventually.BecomesTrueAsync(() => history.FailedEvictions > 0, "evictions are not confirmed", TimeSpan.FromSeconds(30));
        var confirmed = history.Evictions;
        await Eventually.BecomesTrueAsync(() => history.Evictions > confirmed, "evictions are confirmed again", TimeSpan.FromSeconds(60));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"evictions were confirmed again {watch.Elapsed.TotalSeconds:F1} s after the primary was killed"));
        await Eventually.BecomesTrueAsync(async () => await trio.PrimaryAsync() != dead, "the sentinels agree on another primary", TimeSpan.FromSeconds(30));
        await ProgressAsync(history);
        await load.StopAsync(); // no reader has thrown
        foreach (var store in stores)
            await Eventually.BecomesTrueAsync(() => history.AllHoldAsync(store), "also evictions that were not confirmed at first hold", TimeSpan.FromSeconds(30));
        history.Print();
        Assert.Equal(0, history.Violations);
    }

    private static async Task ProgressAsync(VersionHistory history)
    {
        var (hits, evictions) = (history.Hits, history.Evictions);
        await Eventually.BecomesTrueAsync(() => history.Hits > hits + 2_000 && history.Evictions > evictions + 100, "reads and evictions go on", TimeSpan.FromSeconds(60));
    }
}
