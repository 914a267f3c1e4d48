using System.Globalization;
using RedisTagCache.TestSupport;
using RedisTagCache.TestSupport.Costs;

namespace RedisTagCache.IntegrationTests.Store;

/// <summary>How many commands it takes; and a slot that is half moved, where a cluster refuses commands of which it has only some of the keys.</summary>
public sealed class RequestsTogetherTests
{
    private const int Entries = 200;

    [Fact]
    public async Task ManyReadsAtOnce_TakeFewerCommands_AndOneAloneTakesOne()
    {
        await using var server = await RedisServer.StartAsync();
        await using var instance = Instance.Create(server.ConnectionString);
        await instance.Store.WriteAsync("k", "v");
        var before = await CountAsync(server, "mget");
        await instance.Store.ReadAsync("k");
        Assert.Equal(1, await CountAsync(server, "mget") - before);
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => instance.Store.ReadAsync("k")));
        Assert.InRange(await CountAsync(server, "mget") - before, 2, 900);
    }

    [Fact]
    public async Task ManyWritesAtOnce_TakeFewerCommands_AndOneAloneTakesOne()
    {
        await using var server = await RedisServer.StartAsync();
        await using var instance = Instance.Create(server.ConnectionString);
        using var lookup = await instance.Store.GetAsync(StoreExtensions.Page("k"));
        await instance.Store.WriteAsync("k", "v", lookup.Version); // the server has not seen the script before
        var before = await CountAsync(server, "evalsha");
        await instance.Store.WriteAsync("k", "v", lookup.Version);
        Assert.Equal(1, await CountAsync(server, "evalsha") - before);
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => instance.Store.WriteAsync(Key(i), "v", lookup.Version)));
        Assert.InRange(await CountAsync(server, "evalsha") - before, 1_000 / 16, 900);
    }

    [Fact]
    public async Task ManyMissesAtOnce_TakeFewerScriptsThanMisses_AndOneAloneTakesTwo()
    {
        await using var server = await RedisServer.StartAsync();
        await using var instance = Instance.Create(server.ConnectionString);
        var cache = instance.Get<ITagCache>();
        for (var i = 0; i < 40; i++)
            await MissAsync("first:" + Key(i)); // from then on, misses are expected
        var before = await CountAsync(server, "evalsha");
        await MissAsync("k");
        Assert.Equal(2, await CountAsync(server, "evalsha") - before);
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => MissAsync(Key(i))));
        Assert.InRange(await CountAsync(server, "evalsha") - before, 2 * 1_000 / 16, 900);

        async Task MissAsync(string key) => Assert.Equal(key, await cache.GetOrCreateAsync(key, key, static (key, _, _) => new ValueTask<string>(key), new CachePolicy { WaitForWrite = true }));
    }

    [Fact]
    public async Task ServerThatHasForgottenTheScript_IsGivenItOnce_AndAllAreStored()
    {
        await using var server = await RedisServer.StartAsync();
        await using var instance = Instance.Create(server.ConnectionString);
        using var lookup = await instance.Store.GetAsync(StoreExtensions.Page("k"));
        await using var client = await server.ConnectAsync();
        var before = await CountAsync(server, "eval");
        for (var round = 0; round < 10; round++)
        {
            await client.GetDatabase().ExecuteAsync("SCRIPT", "FLUSH");
            var outcomes = await Task.WhenAll(Enumerable.Range(0, Entries).Select(i => instance.Store.WriteAsync(Key(i), $"{round}:{i}", lookup.Version)));
            Assert.All(outcomes, static outcome => Assert.Equal(CacheWriteOutcome.Stored, outcome));
            Assert.Equal(Enumerable.Range(0, Entries).Select(i => $"{round}:{i}"), await Task.WhenAll(Enumerable.Range(0, Entries).Select(i => instance.Store.ReadAsync(Key(i)))));
        }

        Assert.InRange(await CountAsync(server, "eval") - before, 10, 10 * 20);
    }

    [Fact]
    public async Task SlotHalfMoved_WhatHasNotMovedIsOverwritten_WhateverIsWrittenAtTheSameTime()
    {
        await using var cluster = await RedisCluster.StartAsync(replicas: 0);
        await using var instance = Create(cluster);
        await Task.WhenAll(Enumerable.Range(0, Entries).Select(i => instance.Store.WriteAsync(Key(i), "old")));
        using var lookup = await instance.Store.GetAsync(StoreExtensions.Page(Key(1)));
        await using var client = await cluster.ConnectAsync();
        await BeginToMoveAsync(cluster, client.HashSlot(KeyInRedis(client, Key(0))), KeyInRedis(client, Key(0)));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Entries).Select(i => instance.Store.WriteAsync(i % 4 == 0 ? "absent" + i : Key(i), "new", lookup.Version)));
        Assert.All(outcomes.Index().Where(static one => one.Index % 4 != 0), static one => Assert.Equal(CacheWriteOutcome.Stored, one.Item));
        var values = await Task.WhenAll(Enumerable.Range(0, Entries).Where(static i => i % 4 != 0).Select(i => instance.Store.ReadAsync(Key(i))));
        Assert.All(values, static value => Assert.Equal("new", value));
    }

    [Fact]
    public async Task SlotHalfMoved_WhatHasNotMovedIsFound_WhateverIsAskedForAtTheSameTime()
    {
        await using var cluster = await RedisCluster.StartAsync(replicas: 0);
        await using var instance = Create(cluster);
        await Task.WhenAll(Enumerable.Range(0, Entries).Select(i => instance.Store.WriteAsync(Key(i), Key(i))));
        await using var client = await cluster.ConnectAsync();
        await BeginToMoveAsync(cluster, client.HashSlot(KeyInRedis(client, Key(0))), KeyInRedis(client, Key(0)));

        // One in four is somewhere else, or nowhere.
        var values = await Task.WhenAll(Enumerable.Range(0, 4 * Entries).Select(i => instance.Store.ReadAsync(i % 4 == 0 ? "absent" + i : Key((i % (Entries - 1)) + 1))));
        Assert.All(values.Index().Where(static one => one.Index % 4 != 0), static one => Assert.Equal(Key((one.Index % (Entries - 1)) + 1), one.Item));
    }

    [Fact]
    public async Task SlotHalfMoved_AbsentKeysLookedUp_OthersAreFoundAllTheTime()
    {
        await using var cluster = await RedisCluster.StartAsync(replicas: 0);
        await using var instance = Create(cluster);
        await instance.Store.WriteAsync(Key(0), "moved");
        await instance.Store.WriteAsync(Key(1), "v");
        await using var client = await cluster.ConnectAsync();
        await BeginToMoveAsync(cluster, client.HashSlot(KeyInRedis(client, Key(0))), KeyInRedis(client, Key(0)));
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 3).Select(i => instance.Store.ReadAsync("absent" + i)));
            Assert.Equal("v", await instance.Store.ReadAsync(Key(1)));
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3)]
    public async Task GetAsync_DamagedEntryOverwrittenMeanwhile_KeepsTheNewOne(int length)
    {
        await using var server = await RedisServer.StartAsync();
        await using var link = SlowLink.Start(server.ConnectionString);
        await using var instance = Instance.Create(link.ConnectionString, static options => options.OperationTimeout = TimeSpan.FromSeconds(30));
        await instance.Store.WriteAsync("k", new string('x', 100));
        await using var client = await server.ConnectAsync();
        var (key, database) = (KeyInRedis(client, "k"), client.GetDatabase());
        var good = (byte[])(await database.StringGetAsync(key))!;
        byte[] damaged = length > 12 ? [.. good[..5], (byte)~good[5], .. good[6..length]] : good[..length]; // another write's checksum, or none yet
        await database.StringSetAsync(key, damaged);

        link.Delay = TimeSpan.FromSeconds(2);
        var before = await CountAsync(server, "mget");
        var reading = instance.Store.ReadAsync("k");
        await Eventually.BecomesTrueAsync(async () => await CountAsync(server, "mget") > before, "it was read");
        await database.StringSetAsync(key, good);
        Assert.Null(await reading);
        link.Delay = TimeSpan.Zero;
        Assert.Equal(new string('x', 100), await instance.Store.ReadAsync("k"));
    }

    [Theory]
    [InlineData("foreign")]
    [InlineData("foreign, and longer than what tells an entry from another")]
    [InlineData("")]
    public async Task GetAsync_ForeignEntry_IsRemoved(string bytes)
    {
        await using var server = await RedisServer.StartAsync();
        await using var instance = Instance.Create(server.ConnectionString);
        await instance.Store.WriteAsync("k", "v");
        await using var client = await server.ConnectAsync();
        var (key, database) = (KeyInRedis(client, "k"), client.GetDatabase());
        await database.StringSetAsync(key, bytes);
        Assert.Null(await instance.Store.ReadAsync("k"));
        await Eventually.BecomesTrueAsync(async () => !await database.KeyExistsAsync(key), "it is removed");
    }

    private static Instance Create(RedisCluster cluster) => Instance.Create(
        cluster.ConnectionString, static options => (options.Partitions, options.OperationTimeout) = (1, SharedServers.OperationTimeout));

    /// <summary>Moves one key of a slot, and leaves it at that.</summary>
    private static async Task BeginToMoveAsync(RedisCluster cluster, int slot, string key)
    {
        var from = await cluster.PrimaryOfAsync(slot);
        var to = cluster.Nodes.First(node => node != from);
        var number = slot.ToString(CultureInfo.InvariantCulture);
        await RedisCluster.CliAsync(to, "cluster", "setslot", number, "importing", (await RedisCluster.CliAsync(from, "cluster", "myid")).Trim());
        await RedisCluster.CliAsync(from, "cluster", "setslot", number, "migrating", (await RedisCluster.CliAsync(to, "cluster", "myid")).Trim());
        await RedisCluster.CliAsync(from, "migrate", "127.0.0.1", to.Port.ToString(CultureInfo.InvariantCulture), key, "0", "5000");
    }

    private static string KeyInRedis(StackExchange.Redis.ConnectionMultiplexer client, string key) => client.GetServers()
        .SelectMany(static server => server.Keys(pattern: "*}:e:*"))
        .Select(static found => found.ToString())
        .First(found => found.EndsWith(key, StringComparison.Ordinal));

    private static string Key(int i) => "key-" + i.ToString("0000", CultureInfo.InvariantCulture);

    private static async Task<long> CountAsync(RedisServer server, string command)
    {
        await using var client = await server.ConnectAsync();
        var counts = (await client.GetServers()[0].InfoAsync("commandstats")).SelectMany(static group => group).FirstOrDefault(of => of.Key == "cmdstat_" + command);
        return counts.Value is null ? 0 : long.Parse(counts.Value.Split('=', ',')[1], CultureInfo.InvariantCulture);
    }
}
