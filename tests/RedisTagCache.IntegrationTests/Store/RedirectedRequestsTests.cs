using System.Globalization;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Connection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Store;

/// <summary>While a slot is being moved, and after it was, its server sends the client to another one. No call fails, and no connection breaks.</summary>
public sealed class RedirectedRequestsTests
{
    private const int Entries = 40;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Slot_WhoseKeysAreElsewhere_IsReadAndWrittenThere(bool isDone)
    {
        await using var cluster = await RedisCluster.StartAsync(replicas: 0);
        await using var instance = Instance.Create(cluster.ConnectionString, static options => (options.Partitions, options.OperationTimeout) = (1, SharedServers.OperationTimeout));
        var lost = 0;
        (await instance.Get<RedisConnection>().GetDatabaseAsync()).Multiplexer.ConnectionFailed += (_, _) => Interlocked.Increment(ref lost);
        var (store, hybrid) = (instance.Store, instance.Get<HybridCache>());
        await WriteAllAsync(store, "before");
        await store.WriteAsync("alone", "before");
        await hybrid.SetAsync("value", "before");
        await MoveAllAsync(cluster, isDone);

        // First many at once, then each alone; entries that travel with the script, staged ones, and one that waits for no other.
        Assert.All(await ReadAllAsync(store), static value => Assert.Equal("before", value));
        await WriteAllAsync(store, "after");
        Assert.All(await ReadAllAsync(store), static value => Assert.Equal("after", value));
        foreach (var length in new[] { 10, 16 * 1024, 300 * 1024 })
        {
            var text = new string('x', length);
            Assert.Equal(CacheWriteOutcome.Stored, await store.WriteAsync("alone", text));
            Assert.Equal(text, await store.ReadAsync("alone"));
        }

        // Leases, and the writes of what was computed under them. While the slot is being moved, a script is refused if one of its keys exists on neither side. Its caller gets a value.
        await hybrid.SetAsync("value", "after");
        var computed = await Task.WhenAll(Enumerable.Range(0, Entries).Select(i => hybrid.GetOrCreateAsync("new" + Text(i), static _ => ValueTask.FromResult("computed"), Uncopied).AsTask()));
        Assert.All(computed, static value => Assert.Equal("computed", value));
        if (isDone)
        {
            Assert.Equal("after", await hybrid.GetOrCreateAsync("value", static _ => ValueTask.FromResult("computed"), Uncopied));
            await Eventually.BecomesTrueAsync(
                async () => await hybrid.GetOrCreateAsync("new" + Text(0), static _ => ValueTask.FromResult("again"), Uncopied) == "computed", "what was computed is stored");
        }

        await store.EvictByTagAsync("t");
        Assert.All(await ReadAllAsync(store), static value => Assert.Null(value));
        Assert.Equal(0, Volatile.Read(ref lost));
    }

    private static HybridCacheEntryOptions Uncopied => new() { Flags = HybridCacheEntryFlags.DisableLocalCache };

    private static async Task WriteAllAsync(ITagCacheStore store, string value) => Assert.All(
        await Task.WhenAll(Enumerable.Range(0, Entries).Select(i => store.WriteAsync(Text(i), value, tags: ["t"]))), static outcome => Assert.Equal(CacheWriteOutcome.Stored, outcome));

    private static Task<string?[]> ReadAllAsync(ITagCacheStore store) => Task.WhenAll(Enumerable.Range(0, Entries).Select(i => store.ReadAsync(Text(i))));

    private static string Text(int i) => i.ToString("000", CultureInfo.InvariantCulture);

    /// <summary>Moves all keys of the cache's slot. While that is not done, their server answers ASK, and after that MOVED.</summary>
    private static async Task MoveAllAsync(RedisCluster cluster, bool isDone)
    {
        await using var client = await cluster.ConnectAsync();
        var slot = client.HashSlot("{rtc:0}").ToString(CultureInfo.InvariantCulture);
        var from = await cluster.PrimaryOfAsync(client.HashSlot("{rtc:0}"));
        var to = cluster.Nodes.First(node => node != from);
        var target = (await RedisCluster.CliAsync(to, "cluster", "myid")).Trim();
        await RedisCluster.CliAsync(to, "cluster", "setslot", slot, "importing", (await RedisCluster.CliAsync(from, "cluster", "myid")).Trim());
        await RedisCluster.CliAsync(from, "cluster", "setslot", slot, "migrating", target);
        var keys = (await RedisCluster.CliAsync(from, "cluster", "getkeysinslot", slot, "1000")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await RedisCluster.CliAsync(from, ["migrate", "127.0.0.1", to.Port.ToString(CultureInfo.InvariantCulture), "", "0", "5000", "KEYS", .. keys]);
        if (!isDone)
            return;
        foreach (var node in cluster.Nodes)
            await RedisCluster.CliAsync(node, "cluster", "setslot", slot, "node", target);
    }
}
