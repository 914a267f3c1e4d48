using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;
using static Microsoft.Extensions.Caching.Hybrid.HybridCacheEntryFlags;
using static RedisTagCache.IntegrationTests.Hybrid.HybridCacheExtensions;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Values that are made of something that was read before their own lookup, where it is known when that reading began.</summary>
public sealed class ScopedValueTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly string[] _tags = ["a"];
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");

    public static TheoryData<HybridCacheEntryFlags> Flags => [None, DisableDistributedCacheRead, DisableDistributedCacheWrite, DisableDistributedCache];

    [Theory]
    [MemberData(nameof(Flags))]
    public async Task GetOrCreateAsync_PartEvictedSinceTheScopeBegan_ReturnsTheValueAndDoesNotCacheIt(HybridCacheEntryFlags flags)
    {
        await using var instance = NewInstance();
        await using var other = NewInstance();
        var (cache, elsewhere) = (instance.Get<HybridCache>(), other.Get<HybridCache>());
        await cache.SetAsync("warm", "v");
        for (var i = 0; i < 10; i++)
        {
            var (part, whole) = ($"part{i}", $"whole{i}");
            using (instance.Get<ITagCache>().BeginScope())
            {
                var old = await cache.GetOrCreateAsync(part, static _ => new ValueTask<string>("old"), tags: _tags);
                await elsewhere.RemoveByTagAsync("a");
                Assert.Equal("of old", await cache.GetOrCreateAsync(whole, _ => new ValueTask<string>("of " + old), With(flags), _tags));
            }

            // A copy in memory ends when its instance hears of the eviction.
            await Eventually.BecomesTrueAsync(
                async () => await cache.GetOrCreateAsync(whole, static _ => new ValueTask<string>("of new"), With(flags), _tags) == "of new", "it is computed again");
            Assert.Contains(await elsewhere.PeekAsync<string>(whole), new[] { null, "of new" });
        }
    }

    [Fact]
    public async Task GetOrCreateAsync_InAScopeWithoutEvictions_CachesTheValue()
    {
        await using var instance = NewInstance();
        await using var other = NewInstance();
        var (cache, elsewhere) = (instance.Get<HybridCache>(), other.Get<HybridCache>());
        await cache.SetAsync("warm", "v");
        using (instance.Get<ITagCache>().BeginScope())
        {
            await elsewhere.RemoveByTagAsync("b");
            await cache.GetOrCreateAsync("k", static _ => new ValueTask<string>("v1"), tags: _tags);
        }

        Assert.Equal("v1", await elsewhere.CopyAsync("k"));
        Assert.Equal("v1", await cache.InMemoryAsync("k"));
    }

    /// <summary>A scope that a background service has left behind, or that a request has ended, must not keep values from being cached.</summary>
    [Fact]
    public async Task GetOrCreateAsync_InWorkThatOutlivesItsScope_CachesTheValue()
    {
        await using var instance = NewInstance();
        await using var other = NewInstance();
        var (cache, elsewhere) = (instance.Get<HybridCache>(), other.Get<HybridCache>());
        await cache.SetAsync("warm", "v");
        var ended = new TaskCompletionSource();
        Task<string> work;
        using (instance.Get<ITagCache>().BeginScope())
        {
            work = Task.Run(async () =>
            {
                await ended.Task;
                return await cache.GetOrCreateAsync("k", static _ => new ValueTask<string>("v1"), tags: _tags);
            });
        }

        await elsewhere.RemoveByTagAsync("a");
        ended.SetResult();
        Assert.Equal("v1", await work);
        Assert.Equal("v1", await elsewhere.CopyAsync("k"));
    }

    [Fact]
    public async Task GetOrCreateAsync_WithinAFactoryThatHasReadThePart_DoesNotCacheTheInnerValue()
    {
        await using var instance = NewInstance();
        await using var other = NewInstance();
        var (cache, elsewhere) = (instance.Get<HybridCache>(), other.Get<HybridCache>());
        await cache.GetOrCreateAsync("outer", async stop =>
        {
            const string Read = "old";
            await elsewhere.RemoveByTagAsync("a", stop);
            return await cache.GetOrCreateAsync("inner", static _ => new ValueTask<string>("of " + Read), tags: _tags, cancellationToken: stop);
        });
        Assert.Equal("of new", await cache.GetOrCreateAsync("inner", static _ => new ValueTask<string>("of new"), tags: _tags));
        Assert.Equal("of new", await elsewhere.CopyAsync("inner"));
    }

    /// <summary>A refresh runs the factory of the call that found the stale value, and with it what that call has read.</summary>
    [Fact]
    public async Task Refresh_PartEvictedSinceTheScopeBegan_DoesNotCacheTheValue()
    {
        await using var instance = NewInstance();
        await using var other = NewInstance();
        var (cache, elsewhere) = (instance.Get<ITagCache>(), other.Get<ITagCache>());
        var policy = new CachePolicy { Lifetime = TimeSpan.FromMilliseconds(1), StaleWindow = TimeSpan.FromHours(1) };
        await cache.SetAsync("k", "stale", policy, ["b"]);
        await Eventually.BecomesTrueAsync(async () => (await cache.TryGetAsync<string>("k")).IsStale, "the value is stale");
        var refreshed = Source.Versions("of old");
        using (instance.Get<ITagCache>().BeginScope())
        {
            await elsewhere.EvictByTagAsync("a");
            Assert.Equal("stale", await cache.GetOrCreateAsync("k", (_, stop) => refreshed.ReadAsync(stop), new CachePolicy { Lifetime = TimeSpan.FromHours(1) }, _tags));
        }

        await refreshed.Started;
        var now = "stale";
        await Eventually.BecomesTrueAsync(
            async () => (now = await cache.GetOrCreateAsync("k", static (_, _) => new ValueTask<string>("of new"), tags: _tags)) != "stale", "the value is refreshed");
        Assert.Equal("of new", now);
    }

    /// <summary>Who joins a value under way must not get what was read before an eviction that came before the join.</summary>
    [Fact]
    public async Task GetOrCreateAsync_JoinedAfterTheEviction_DoesNotTakeTheValue()
    {
        await using var server = await RedisServer.StartAsync();
        await using var instance = Instance.Create(server.ConnectionString, options => options.OperationTimeout = TimeSpan.FromSeconds(10));
        await using var other = Instance.Create(server.ConnectionString);
        var cache = instance.Get<HybridCache>();
        await cache.SetAsync("warm", "v");
        Task<string> early, late;
        using (instance.Get<ITagCache>().BeginScope())
        {
            await other.Get<HybridCache>().RemoveByTagAsync("a");
            server.Hang();
            early = cache.GetOrCreateAsync("k", static _ => new ValueTask<string>("of old"), tags: _tags).AsTask();
        }

        late = cache.GetOrCreateAsync("k", static _ => new ValueTask<string>("of new"), tags: _tags).AsTask();
        server.Resume();
        Assert.Equal(("of old", "of new"), (await early, await late));
    }

    private Instance NewInstance() => Instance.Create(redis.ConnectionString, options => options.KeyPrefix = _prefix);
}
