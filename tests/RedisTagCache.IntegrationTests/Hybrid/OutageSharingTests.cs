using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Values computed while Redis is down, after an eviction that it could not confirm: once per process, and kept in memory. These tests need a redis-server of their own.</summary>
public sealed class OutageSharingTests : IAsyncLifetime
{
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("t", true)]
    [InlineData("*", true)]
    [InlineData("t", false)]
    [InlineData("*", false)]
    public async Task GetOrCreateAsync_AfterAnEvictionDuringAnOutage_RunsTheFactoryOnceAndKeepsTheValue(string evicted, bool isKnown)
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        if (isKnown)
            await cache.SetAsync("k", "before", tags: ["t"]);
        _server.Kill();
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await cache.RemoveByTagAsync(evicted));

        var source = Source.HeldVersions();
        var calls = Enumerable.Range(0, 20).Select(_ => cache.GetOrCreateAsync("k", source.ReadAsync, tags: ["t"]).AsTask()).ToArray();
        await source.Started;
        source.Release();
        Assert.All(await Task.WhenAll(calls), value => Assert.Equal("v1", value));
        Assert.Equal("v1", await cache.GetOrCreateAsync("k", source.ReadAsync, tags: ["t"]));

        // Each further eviction ends it again, once.
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await cache.RemoveByTagAsync(evicted));
        for (var i = 0; i < 3; i++)
            Assert.Equal("v2", await cache.GetOrCreateAsync("k", source.ReadAsync, tags: ["t"]));
    }

    [Fact]
    public async Task GetOrCreateAsync_EvictedWhileItIsComputed_IsNotGivenToLaterCallers()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        await cache.SetAsync("before", "v");
        _server.Kill();
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await cache.RemoveByTagAsync("t"));
        var source = Source.HeldVersions();
        var early = cache.GetOrCreateAsync("k", source.ReadAsync, tags: ["t"]).AsTask();
        await source.Started;
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await cache.RemoveByTagAsync("t"));
        var late = cache.GetOrCreateAsync("k", source.ReadAsync, tags: ["t"]).AsTask();
        source.Release();
        Assert.Equal(("v1", "v2"), (await early, await late));
        Assert.Equal("v2", await cache.GetOrCreateAsync("k", source.ReadAsync, tags: ["t"]));
    }

    /// <summary>What this process computed for itself does not outlive what it could not hear of.</summary>
    [Fact]
    public async Task GetOrCreateAsync_AfterTheOutage_DoesNotServeWhatWasComputedBeforeTheRepeatedEviction()
    {
        await using var instance = NewInstance();
        await using var other = NewInstance();
        var cache = instance.Get<HybridCache>();
        await cache.SetAsync("k", "before", tags: ["t"]);
        _server.Hang();
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await cache.RemoveByTagAsync("t"));
        Assert.Equal("during", await cache.GetOrCreateAsync("k", static _ => new ValueTask<string>("during"), tags: ["t"]));
        Assert.Equal("during", await cache.GetOrCreateAsync("k", Source.Versions().ReadAsync, tags: ["t"]));
        _server.Resume();
        await Eventually.BecomesTrueAsync(async () => await Evicted(other), "Redis answers again");
        await Eventually.BecomesTrueAsync(async () => await cache.GetOrCreateAsync("k", static _ => new ValueTask<string>("after"), tags: ["t"]) == "after", "it is computed again");

        static async Task<bool> Evicted(Instance from)
        {
            try
            {
                await from.Get<HybridCache>().RemoveByTagAsync("t");
                return true;
            }
            catch (RedisTagCacheUnavailableException)
            {
                return false;
            }
        }
    }

    private Instance NewInstance() => Instance.Create(_server.ConnectionString, static options => options.OperationTimeout = TimeSpan.FromMilliseconds(500));
}
