using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Redis answers, but refuses writes: what cannot be shared in it is shared and kept in the process. These tests need a redis-server of their own.</summary>
public sealed class RefusedWriteTests : IAsyncLifetime
{
    private RedisServer _server = null!;
    private ConnectionMultiplexer _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _admin = await _server.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_admin is not null)
            await _admin.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    public static TheoryData<string, bool> Refusals => new MatrixTheoryData<string, bool>(["full", "replica", "unsaved", "acl"], [true, false]);

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task GetOrCreateAsync_WritesRefused_RunsTheFactoryOnceAndKeepsTheValue(string refusal, bool isKnown)
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        if (isKnown)
            await cache.SetAsync("before", "v");
        await RefuseAsync(refusal);

        var source = Source.HeldVersions();
        var calls = Enumerable.Range(0, 20).Select(_ => cache.GetOrCreateAsync("k", source.ReadAsync, tags: ["t"]).AsTask()).ToArray();
        await source.Started;
        source.Release();
        Assert.All(await Task.WhenAll(calls), value => Assert.Equal("v1", value));
        for (var i = 0; i < 10; i++)
            Assert.Equal("v1", await cache.GetOrCreateAsync("k", source.ReadAsync, tags: ["t"]));
        Assert.Equal(1, source.Runs);

        await cache.SetAsync("set", "v");
        Assert.Equal("v", await cache.InMemoryAsync("set"));
    }

    /// <summary>An eviction that could not be written holds here, and what is computed after it is kept all the same.</summary>
    [Theory]
    [InlineData("full", HybridCacheEntryFlags.None)]
    [InlineData("unsaved", HybridCacheEntryFlags.None)]
    [InlineData("full", HybridCacheEntryFlags.DisableDistributedCacheRead)]
    [InlineData("full", HybridCacheEntryFlags.DisableDistributedCacheWrite)]
    [InlineData("full", HybridCacheEntryFlags.DisableDistributedCache)]
    public async Task GetOrCreateAsync_AfterAnEvictionThatWasRefused_RunsTheFactoryOnceAndKeepsTheValue(string refusal, HybridCacheEntryFlags flags)
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        await cache.SetAsync("k", "before", tags: ["t"]);
        await RefuseAsync(refusal);
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await cache.RemoveByTagAsync("t"));
        var source = Source.Versions();
        for (var i = 0; i < 10; i++)
            Assert.Equal("v1", await cache.GetOrCreateAsync("k", source.ReadAsync, HybridCacheExtensions.With(flags), ["t"]));
        Assert.Equal(1, source.Runs);
    }

    [Theory]
    [InlineData("full")]
    [InlineData("unsaved")]
    public async Task Refresh_WritesRefused_RunsTheFactoryOnceAndKeepsTheValue(string refusal)
    {
        await using var instance = NewInstance();
        var cache = instance.Get<ITagCache>();
        var hour = TimeSpan.FromHours(1);
        await cache.SetAsync("k", "old", new CachePolicy { Lifetime = TimeSpan.FromMilliseconds(1), StaleWindow = hour });
        await RefuseAsync(refusal);
        var source = Source.Versions("new");
        await Eventually.BecomesTrueAsync(
            async () => await cache.GetOrCreateAsync("k", (_, stop) => source.ReadAsync(stop), new CachePolicy { Lifetime = hour }) == "new1", "the refreshed value is served");
        Assert.Equal("new1", await cache.GetOrCreateAsync("k", (_, stop) => source.ReadAsync(stop)));
    }

    private async Task RefuseAsync(string refusal)
    {
        var server = _admin.GetServer(_admin.GetEndPoints()[0]);
        switch (refusal)
        {
            case "full":
                ServerFeatures.Require(ServerFeature.Eviction);
                await server.ConfigSetAsync("maxmemory", "1");
                break;
            case "replica":
                ServerFeatures.Require(ServerFeature.Replication);
                await server.ExecuteAsync("REPLICAOF", "127.0.0.1", "1");
                await server.ExecuteAsync("CONFIG", "SET", "replica-serve-stale-data", "yes");
                break;
            case "unsaved":
                ServerFeatures.Require(ServerFeature.Snapshots);
                var folder = (await server.ConfigGetAsync("dir"))[0].Value;
                Directory.CreateDirectory(Path.Combine(folder, "dump.rdb")); // in the way of the file
                await server.ExecuteAsync("CONFIG", "SET", "save", "3600 1");
                await server.ExecuteAsync("BGSAVE");
                await Eventually.BecomesTrueAsync(IsRefusedAsync, "a snapshot fails", TimeSpan.FromSeconds(30));
                break;
            default:
                await server.ExecuteAsync("ACL", "SETUSER", "default", "-@write", "+@read", "+@connection", "+eval", "+evalsha", "+info", "+@pubsub");
                break;
        }
    }

    private async Task<bool> IsRefusedAsync()
    {
        try
        {
            await _admin.GetDatabase().StringSetAsync("any", "v");
            return false;
        }
        catch (RedisServerException e)
        {
            return e.Message.StartsWith("MISCONF", StringComparison.Ordinal);
        }
    }

    private Instance NewInstance() => Instance.Create(_server.ConnectionString);
}
