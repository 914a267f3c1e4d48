using System.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Load;

/// <summary>Scripts flushed and connections killed all the time: readers see misses, never exceptions, and nothing hangs.</summary>
public sealed class ChaosTests
{
    [Fact]
    public async Task ScriptsFlushedAndClientsKilledUnderLoad_NoReaderSeesAnException()
    {
        await using var server = await RedisServer.StartAsync();
        await using var admin = await server.ConnectAsync();
        await using var a = Instance.Create(server.ConnectionString);
        await using var b = Instance.Create(server.ConnectionString);
        var stores = new[] { a.Store, b.Store };
        var history = new VersionHistory(keys: 20);
        await using var load = new BackgroundLoad();
        foreach (var store in stores.SelectMany(static store => Enumerable.Repeat(store, 4)))
            load.Start(stop => history.ReadAndWriteAsync(store, stop));
        load.Start(stop => history.EvictAsync(stores, stop));

        var watch = Stopwatch.StartNew();
        var (flushes, kills) = (0, 0);
        while (watch.Elapsed < TimeSpan.FromSeconds(12) && !load.HasFailed)
        {
            await admin.GetServers()[0].ScriptFlushAsync();
            if (++flushes % 6 == 0)
                kills += (int)await admin.GetServers()[0].ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
            await Task.Delay(TimeSpan.FromMilliseconds(50)); // the rate of the faults is what is tested
        }

        await load.StopAsync(); // an exception of a reader fails the test here
        history.Print();
        TestContext.Current.TestOutputHelper?.WriteLine($"{flushes} script flushes, {kills} connections killed");
        Assert.Equal(0, history.Violations);
        Assert.True(flushes > 100 && kills > 20 && history.Hits > 1_000, "The faults happened, and hits between them.");
        Assert.True(history.Evictions > 100, "Evictions got through.");
    }
}
