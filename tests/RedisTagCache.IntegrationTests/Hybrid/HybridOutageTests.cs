using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Removals and local copies while Redis is unavailable. These tests need a redis-server of their own.</summary>
public sealed class HybridOutageTests : IAsyncLifetime
{
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RemovalDuringAnOutage_Throws_HoldsHereAtOnce_AndIsRepeated(bool isTag)
    {
        await using var instance = NewInstance();
        await using var other = NewInstance();
        var (cache, elsewhere) = (instance.Get<HybridCache>(), other.Get<HybridCache>());
        await cache.SetAsync("k", "v", tags: ["t"]);
        Assert.Equal("v", await elsewhere.CopyAsync("k"));

        _server.Hang();
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await (isTag ? cache.RemoveByTagAsync("t") : cache.RemoveAsync("k")));
        Assert.Null(await cache.PeekAsync<string>("k"));
        Assert.Equal("v", await elsewhere.PeekAsync<string>("k")); // which cannot know
        _server.Resume();
        await Eventually.BecomesTrueAsync(async () => await elsewhere.PeekAsync<string>("k") is null && await elsewhere.InRedisAsync("k") is null, "it was repeated");
    }

    /// <summary>A set that did not reach Redis holds where it was made; afterwards all instances agree again.</summary>
    [Fact]
    public async Task SetDuringAnOutage_LeavesNoTwoValuesAfterwards()
    {
        await using var instance = NewInstance();
        await using var other = NewInstance();
        var (cache, elsewhere) = (instance.Get<HybridCache>(), other.Get<HybridCache>());
        await cache.SetAsync("k", "old");
        Assert.Equal("old", await elsewhere.CopyAsync("k"));

        _server.Hang();
        await cache.SetAsync("other", "v"); // finds out, so that the next is not even sent
        await cache.SetAsync("k", "new");
        Assert.Equal("new", await cache.InMemoryAsync("k"));
        _server.Resume();
        await Eventually.BecomesTrueAsync(async () => await elsewhere.PeekAsync<string>("k") != "old", "the old value is gone everywhere");
        Assert.Equal(await elsewhere.GetOrCreateAsync("k", static _ => new ValueTask<string>("again")), await cache.GetOrCreateAsync("k", static _ => new ValueTask<string>("again")));
    }

    [Fact]
    public async Task Copies_DuringAnOutage_AreReturnedUnlessTheOptionIsFalse()
    {
        await using var instance = NewInstance();
        await using var strict = NewInstance(o => o.AllowLocalReadsWhenDisconnected = false);
        var (lenient, cautious) = (instance.Get<HybridCache>(), strict.Get<HybridCache>());
        await lenient.GetOrCreateAsync("k", static _ => new ValueTask<string>("v"));
        Assert.Equal("v", await cautious.CopyAsync("k"));
        Assert.Equal("v", await cautious.InMemoryAsync("k"));

        _server.Kill();
        var source = Source.Versions();
        await Eventually.BecomesTrueAsync(async () => await cautious.GetOrCreateAsync("k", source.ReadAsync) != "v", "the copy is no longer trusted");
        Assert.Equal("v", await lenient.GetOrCreateAsync("k", source.ReadAsync));
    }

    [Fact]
    public async Task Copies_DuringAnOutage_AreReturnedToCallsThatDoNotReadRedis()
    {
        await using var instance = NewInstance();
        await using var strict = NewInstance(o => o.AllowLocalReadsWhenDisconnected = false);
        var (cache, cautious) = (instance.Get<HybridCache>(), strict.Get<HybridCache>());
        await cache.GetOrCreateAsync("k", static _ => new ValueTask<string>("v"));
        Assert.Equal("v", await cautious.CopyAsync("k"));
        _server.Kill();
        await Eventually.BecomesTrueAsync(async () => await cautious.InMemoryAsync("k") is null, "the outage is known");
        await cache.GetOrCreateAsync("other", static _ => new ValueTask<string>("v"));
        Assert.Equal("v", await cache.GetOrCreateAsync("k", Source.Versions().ReadAsync));
        Assert.Equal("v", await cache.InMemoryAsync("k"));
    }

    // With Microsoft's, not always.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BeforeTheFirstContact_ValuesAreKeptInMemory(bool isHung)
    {
        if (isHung)
            _server.Hang();
        else
            _server.Kill();
        for (var fresh = 0; fresh < 5; fresh++)
        {
            await using var instance = NewInstance();
            var source = Source.Versions();
            for (var i = 0; i < 3; i++)
                Assert.Equal("v1", await instance.Get<HybridCache>().GetOrCreateAsync("k", source.ReadAsync).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        }
    }

    [Fact]
    public async Task SetDuringAnOutage_DoesNotFail_AndIsFoundHere()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        await cache.SetAsync("before", "v");
        _server.Kill();
        await cache.SetAsync("k", "during");
        Assert.Equal("during", await cache.GetOrCreateAsync("k", Source.Versions().ReadAsync));
    }

    [Theory]
    [InlineData("set", true)]
    [InlineData("set", false)]
    [InlineData("remove", true)]
    [InlineData("remove", false)]
    [InlineData("tag", true)]
    [InlineData("tag", false)]
    public async Task WhatIsComputedDuringAnOutage_DoesNotOutliveAChangeThatComesBetween(string change, bool isKnown)
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        if (isKnown)
            await cache.SetAsync("before", "v");
        _server.Kill();
        var held = Source.HeldVersions();
        var call = cache.GetOrCreateAsync("k", held.ReadAsync, tags: ["t"]).AsTask();
        await held.Started;
        if (change == "set")
            await cache.SetAsync("k", "set", tags: ["t"]);
        else
            await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await (change == "tag" ? cache.RemoveByTagAsync("t") : cache.RemoveAsync("k")));
        held.Release();
        Assert.Equal("v1", await call);
        Assert.Equal(change == "set" ? "set" : "again1", await cache.GetOrCreateAsync("k", Source.Versions("again").ReadAsync, tags: ["t"]));
    }

    [Fact]
    public async Task LeaderThatIsGone_IsFollowedByAnotherInstance()
    {
        var leader = NewInstance(o => o.LeaseDuration = TimeSpan.FromSeconds(1));
        await using var other = NewInstance(o => o.LeaseDuration = TimeSpan.FromSeconds(1));
        var held = Source.HeldVersions();
        var abandoned = leader.Get<HybridCache>().GetOrCreateAsync("k", held.ReadAsync).AsTask();
        await held.Started;
        var call = other.Get<HybridCache>().GetOrCreateAsync("k", Source.Versions("other").ReadAsync).AsTask();
        await leader.DisposeAsync(); // its factory never comes back, and nobody renews its right
        Assert.Equal("other1", await call.WaitAsync(TimeSpan.FromSeconds(15)));
        held.Release();
        await Task.WhenAny(abandoned);
    }

    private Instance NewInstance(Action<RedisTagCacheOptions>? configure = null) => Instance.Create(_server.ConnectionString, options =>
    {
        options.OperationTimeout = TimeSpan.FromSeconds(2); // what is well must not time out on a busy machine
        configure?.Invoke(options);
    });
}
