using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
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

    public static TheoryData<string> Kinds => [.. RefusedWrites.All];

    public static TheoryData<string, bool> Refusals => new MatrixTheoryData<string, bool>(RefusedWrites.All, [true, false]);

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task GetOrCreateAsync_WritesRefused_RunsTheFactoryOnceAndKeepsTheValue(string refusal, bool isKnown)
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        if (isKnown)
            await cache.SetAsync("before", "v");
        await RefusedWrites.BeginAsync(_admin, refusal);

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

    /// <summary>A call that expects no entry asks for the lease at once. That is a write.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task GetOrCreateAsync_WritesRefusedAndMissesExpected_FindsTheEntry(string refusal)
    {
        await using var writer = NewInstance();
        await writer.Get<HybridCache>().SetAsync("k", "there");
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        for (var i = 0; i < 40; i++)
            await cache.GetOrCreateAsync("miss" + i, static _ => ValueTask.FromResult("v"));
        await RefusedWrites.BeginAsync(_admin, refusal);
        for (var i = 0; i < 3; i++)
            Assert.Equal("there", await cache.GetOrCreateAsync<string>("k", static _ => throw new InvalidOperationException("The entry was expected.")));
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
        await RefusedWrites.BeginAsync(_admin, refusal);
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await cache.RemoveByTagAsync("t"));
        var source = Source.Versions();
        for (var i = 0; i < 10; i++)
            Assert.Equal("v1", await cache.GetOrCreateAsync("k", source.ReadAsync, HybridCacheExtensions.With(flags), ["t"]));
        Assert.Equal(1, source.Runs);
    }

    /// <summary>It holds from the first lookup on also if it was made before there was a connection.</summary>
    [Fact]
    public async Task GetOrCreateAsync_AfterAnEvictionBeforeTheFirstConnection_DoesNotFindWhatItEvicted()
    {
        await using var writer = NewInstance();
        await writer.Get<HybridCache>().SetAsync("k", "before", tags: ["t"]);
        await writer.Get<HybridCache>().SetAsync("other", "before", tags: ["u"]);
        await RefusedWrites.BeginAsync(_admin, "unsaved");
        _server.Hang();
        await using var instance = Instance.Create(_server.ConnectionString, options => options.OperationTimeout = TimeSpan.FromMilliseconds(100));
        var cache = instance.Get<HybridCache>();
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await cache.RemoveByTagAsync("t"));
        _server.Resume();
        await Eventually.BecomesTrueAsync(async () => await cache.InRedisAsync("other") == "before", "there is a connection");
        Assert.Null(await cache.InRedisAsync("k"));
        Assert.Equal("after", await cache.GetOrCreateAsync("k", static _ => ValueTask.FromResult("after"), tags: ["t"]));
        Assert.Equal("before", await writer.Get<HybridCache>().InRedisAsync("k"));
        await RefusedWrites.EndAsync(_admin, "unsaved");
        await Eventually.BecomesTrueAsync(async () => await writer.Get<HybridCache>().InRedisAsync("k") is null, "the eviction is retried");
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await cache.SetAsync("k", "new", tags: ["t"]);
                return await cache.InRedisAsync("k") == "new";
            },
            "new values of the tag are found again");
    }

    /// <summary>The retry may be confirmed before the call that has failed goes on.</summary>
    [Fact]
    public async Task RemoveByTagAsync_OfMoreThanAreKept_RetriedBeforeTheCallEnds_LaterValuesAreFound()
    {
        var database = _admin.GetDatabase();
        var epoch = RedisValue.Null;
        await using var instance = Instance.Create(_server.ConnectionString, services: services => services.AddLogging(logging => logging.AddFakeLogging(options => options.OutputSink = line =>
        {
            if (!line.Contains("than are kept one by one", StringComparison.Ordinal))
                return;
            RefusedWrites.EndAsync(_admin, "unsaved").GetAwaiter().GetResult();
            Assert.True(SpinWait.SpinUntil(() => database.StringGet("{rtc:0}:epoch") is { IsNull: false } now && now != epoch, TimeSpan.FromSeconds(30)));
        })));
        var cache = instance.Get<HybridCache>();
        await cache.SetAsync("k", "before", tags: ["t"]);
        epoch = await database.StringGetAsync("{rtc:0}:epoch");
        Assert.False(epoch.IsNull);
        await RefusedWrites.BeginAsync(_admin, "unsaved");
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await cache.RemoveByTagAsync(Enumerable.Range(0, 20_001).Select(static i => "x" + i)));
        Assert.Null(await cache.InRedisAsync("k"));
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await cache.SetAsync("k", "new", tags: ["t"]);
                return await cache.InRedisAsync("k") == "new";
            },
            "new values are found");
    }

    /// <summary>So does a removal, although the entry is still in Redis.</summary>
    [Theory]
    [InlineData("unsaved", HybridCacheEntryFlags.None)]
    [InlineData("unsaved", HybridCacheEntryFlags.DisableLocalCache)]
    [InlineData("unsaved", HybridCacheEntryFlags.DisableDistributedCacheWrite)]
    public async Task GetOrCreateAsync_AfterARemovalThatWasRefused_RunsTheFactory(string refusal, HybridCacheEntryFlags flags)
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        await cache.SetAsync("k", "before");
        await cache.SetAsync("other", "before");
        await RefusedWrites.BeginAsync(_admin, refusal);
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await cache.RemoveAsync("k"));
        for (var i = 0; i < 10; i++)
            Assert.Equal("after", await cache.GetOrCreateAsync("k", static _ => ValueTask.FromResult("after"), HybridCacheExtensions.With(flags)));
        Assert.Equal("before", await cache.GetOrCreateAsync("other", static _ => ValueTask.FromResult("after"), HybridCacheExtensions.With(flags)));
        await RefusedWrites.EndAsync(_admin, refusal);
        await using var another = NewInstance();
        await Eventually.BecomesTrueAsync(async () => await another.Get<HybridCache>().InRedisAsync("k") != "before", "the removal is retried");
    }

    /// <summary>A value that could not be written leaves the old one to be removed later. One that was written after all is not removed.</summary>
    [Fact]
    public async Task SetAsync_AfterOneThatWasRefused_IsNotUndone()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow); // nothing is retried until it goes on
        await using var instance = Instance.Create(_server.ConnectionString, services: services => services.AddSingleton<TimeProvider>(time));
        var cache = instance.Get<HybridCache>();
        string[] keys = ["again", "once"];
        foreach (var key in keys)
            await cache.SetAsync(key, "before");
        await RefusedWrites.BeginAsync(_admin, "unsaved");
        foreach (var key in keys)
            await cache.SetAsync(key, "refused");
        await RefusedWrites.EndAsync(_admin, "unsaved");
        await cache.SetAsync("again", "after");
        await using var another = NewInstance();
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(250));
                return await another.Get<HybridCache>().InRedisAsync("once") is null;
            },
            "the old values are removed");
        Assert.Equal("after", await another.Get<HybridCache>().InRedisAsync("again"));
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
        await RefusedWrites.BeginAsync(_admin, refusal);
        var source = Source.Versions("new");
        await Eventually.BecomesTrueAsync(
            async () => await cache.GetOrCreateAsync("k", (_, stop) => source.ReadAsync(stop), new CachePolicy { Lifetime = hour }) == "new1", "the refreshed value is served");
        Assert.Equal("new1", await cache.GetOrCreateAsync("k", (_, stop) => source.ReadAsync(stop)));
    }

    private Instance NewInstance() => Instance.Create(_server.ConnectionString);
}
