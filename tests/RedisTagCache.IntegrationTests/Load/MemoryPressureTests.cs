using System.Buffers;
using System.Globalization;
using RedisTagCache.TestSupport;
using StackExchange.Redis;
using static RedisTagCache.TestSupport.StoreExtensions;

namespace RedisTagCache.IntegrationTests.Load;

/// <summary>A full Redis drops keys as it likes, the cache's own among them. Nothing evicted is served for that.</summary>
public sealed class MemoryPressureTests
{
    [Theory]
    [InlineData("allkeys-lru")]
    [InlineData("allkeys-random")]
    public async Task FullRedis_DropsKeys_AndNoEvictedEntryIsServed(string policy)
    {
        await using var server = await RedisServer.StartAsync("--maxmemory", "32mb", "--maxmemory-policy", policy);
        await using var admin = await server.ConnectAsync();
        await using var a = Instance.Create(server.ConnectionString);
        await using var b = Instance.Create(server.ConnectionString);
        var stores = new[] { a.Store, b.Store };
        var history = new VersionHistory(keys: 200);
        await using var load = new BackgroundLoad();
        foreach (var store in stores.SelectMany(static store => Enumerable.Repeat(store, 2)))
            load.Start(stop => history.ReadAndWriteAsync(store, stop));
        load.Start(stop => history.EvictAsync(stores, stop));
        for (var i = 0; i < 8; i++)
            load.Start(stop => FillAsync(a.Store, stop));
        await Eventually.BecomesTrueAsync(
            async () => load.HasFailed || (await DroppedAsync(admin) > 5_000 && history.Evictions > 200), "Redis dropped many keys", TimeSpan.FromMinutes(10));
        await load.StopAsync();

        // Instances that know nothing judge by what is left in Redis alone.
        for (var round = 0; round < 8; round++)
        {
            for (var key = 0; key < 200; key++)
                await a.Store.WriteAsync("k" + key, "old", "t" + key);
            await b.Store.EvictByTagAsync(Enumerable.Range(0, 200).Select(k => "t" + k));
            await FillAsync(a.Store, CancellationToken.None, entries: 200);
            await using var fresh = Instance.Create(server.ConnectionString);
            for (var key = 0; key < 200; key++)
                Assert.Null(await fresh.Store.ReadAsync("k" + key));
        }

        history.Print();
        var dropped = await DroppedAsync(admin);
        TestContext.Current.TestOutputHelper?.WriteLine($"{policy}: {dropped} keys dropped by Redis");
        Assert.Equal(0, history.Violations);
        Assert.True(history.Hits > 100, "There were hits to judge.");
    }

    private static async Task FillAsync(ITagCacheStore store, CancellationToken stop, int entries = int.MaxValue)
    {
        var payload = new ReadOnlySequence<byte>(new byte[20_000]);
        for (var i = 0; i < entries && !stop.IsCancellationRequested; i++)
        {
            var outcome = await store.SetAsync(
                Page("fill" + Random.Shared.Next()), payload, CacheVersion.AtWrite, new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(5) }, CancellationToken.None);
            if (outcome == CacheWriteOutcome.Skipped)
                await Task.Delay(1, CancellationToken.None); // such calls end at once, and must not take the processors from other tests
        }
    }

    private static async Task<long> DroppedAsync(ConnectionMultiplexer admin)
    {
        var stats = await admin.GetServers()[0].InfoAsync("stats");
        return long.Parse(stats.SelectMany(g => g).First(p => p.Key == "evicted_keys").Value, CultureInfo.InvariantCulture);
    }
}
