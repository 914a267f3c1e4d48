using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>The typed cache: what its factory decides, and what it gives without one.</summary>
public abstract class TagCacheContract(IEngine engine) : TagCacheSuite(engine)
{
    [Fact]
    public async Task GetOrCreate_ComputesOnce_AndIsFoundElsewhere()
    {
        var source = Source.Versions();
        Assert.Equal("v1", await Cache.GetOrCreateAsync("k", From(source)));
        Assert.Equal("v1", await Cache.GetOrCreateAsync("k", source, static (state, _, stop) => state.ReadAsync(stop)));
        Assert.Equal("v1", await Other.GetOrCreateAsync("k", From(source)));
        Assert.Equal(1, source.Runs);
    }

    [Fact]
    public async Task GetOrCreate_HandsTheCallToTheFactory()
    {
        var policy = new CachePolicy { Lifetime = Hour };
        await Cache.GetOrCreateAsync(
            "k",
            (context, _) =>
            {
                Assert.Equal(("k", Hour, true), (context.Key, context.Policy.Lifetime, context.IsStored));
                Assert.Equal(["a", "b"], context.Tags.Order());
                return new ValueTask<string>("v");
            },
            policy,
            ["a", "b", "a"]);
    }

    [Fact]
    public async Task Factory_ThatSetsThePolicy_IsHeeded()
    {
        await Cache.GetOrCreateAsync(
            "k",
            static (context, _) =>
            {
                context.Policy = context.Policy with { Lifetime = 3 * Hour };
                return new ValueTask<string>("v");
            },
            new CachePolicy { Lifetime = Hour });
        Assert.InRange(TimeToLive().TotalHours, 2.9, 3);
    }

    [Fact]
    public async Task Factory_ThatNamesAProfile_IsHeeded()
    {
        var cache = NewCache(o => o.Profiles["long"] = new CachePolicy { Lifetime = 5 * Hour });
        await cache.GetOrCreateAsync("k", static (context, _) =>
        {
            context.Policy = new CachePolicy { Profile = "long" };
            return new ValueTask<string>("v");
        });
        Assert.InRange(TimeToLive().TotalHours, 4.9, 5);
    }

    [Fact]
    public async Task Factory_ThatSetsTags_IsHeeded()
    {
        await Cache.GetOrCreateAsync("k", Tagging, tags: ["call"]);
        await Other.EvictByTagAsync("call"); // which the factory took away
        Assert.Equal("v", (await Other.TryGetAsync<string>("k")).Value);
        await Other.EvictByTagAsync("post:42");
        Assert.False((await Other.TryGetAsync<string>("k")).HasValue);
        await Eventually.BecomesTrueAsync(async () => !(await Cache.TryGetAsync<string>("k")).HasValue, "the copy has the factory's tags, too");

        static ValueTask<string> Tagging(CacheContext context, CancellationToken stop)
        {
            context.Tags.Clear();
            context.Tags.Add("post:42");
            return new ValueTask<string>("v");
        }
    }

    [Fact]
    public async Task Factory_ThatStoresNothing_AnswersItsCallers_AndRunsAgain()
    {
        var source = Source.HeldVersions();
        await Cache.TryGetAsync<string>("other"); // connected: from here on, a caller has joined when the call returns
        var calls = Enumerable.Range(0, 10).Select(_ => Cache.GetOrCreateAsync("k", NotStored).AsTask()).ToArray();
        await source.Started;
        source.Release();
        Assert.All(await Task.WhenAll(calls), value => Assert.Equal("v1", value));
        Assert.False((await Cache.TryGetAsync<string>("k")).HasValue);
        Assert.Empty(EntryKeys());
        Assert.Equal("v2", await Cache.GetOrCreateAsync("k", NotStored));

        ValueTask<string> NotStored(CacheContext context, CancellationToken stop)
        {
            context.IsStored = false;
            return source.ReadAsync(stop);
        }
    }

    [Fact]
    public async Task TryGet_GivesWhatIsThere_AndComputesNothing()
    {
        var nothing = await Cache.TryGetAsync<string>("k");
        Assert.Equal((false, false, null), (nothing.HasValue, nothing.IsStale, nothing.Value));
        await Cache.SetAsync("k", "v");
        await Cache.SetAsync<string?>("null", null);
        foreach (var cache in new[] { Cache, Other })
        {
            Assert.True((await cache.TryGetAsync<string>("k")) is { HasValue: true, IsStale: false, Value: "v" });
            Assert.True((await cache.TryGetAsync<string?>("null")) is { HasValue: true, Value: null });
        }
    }

    [Fact]
    public async Task TryGet_HeedsFlags()
    {
        await Cache.SetAsync("k", "v");
        Assert.True((await Cache.TryGetAsync<string>("k", new CachePolicy { Flags = HybridCacheEntryFlags.DisableDistributedCacheRead })).HasValue);
        Assert.False((await Other.TryGetAsync<string>("k", new CachePolicy { Flags = HybridCacheEntryFlags.DisableDistributedCacheRead })).HasValue);
        Assert.True((await Other.TryGetAsync<string>("k", new CachePolicy { Flags = HybridCacheEntryFlags.DisableLocalCache })).HasValue);
        Assert.False((await Cache.TryGetAsync<string>("k", new CachePolicy { Flags = HybridCacheEntryFlags.DisableLocalCacheRead | HybridCacheEntryFlags.DisableDistributedCacheRead })).HasValue);
    }

    [Fact]
    public async Task RemoveAndEvict_EndTheValue()
    {
        await Cache.SetAsync("removed", "v");
        await Cache.SetAsync("one", "v", tags: ["a"]);
        await Cache.SetAsync("two", "v", tags: ["b"]);
        await Cache.RemoveAsync("removed");
        await Cache.EvictByTagAsync(["a", "b"]);
        foreach (var key in new[] { "removed", "one", "two" })
            Assert.Equal((false, false), ((await Cache.TryGetAsync<string>(key)).HasValue, (await Other.TryGetAsync<string>(key)).HasValue));
    }

    [Theory]
    [InlineData("Post:7", "post:7")]
    [InlineData("caf\u00E9", "CAF\u00C9")]
    [InlineData("\u212A", "k")]
    public async Task Evict_InAnotherSpelling_EndsTheValue(string carried, string evicted)
    {
        var longer = new string('x', 300);
        await Cache.SetAsync("one", "v", tags: [carried]);
        await Cache.SetAsync("long", "v", tags: [longer + carried]);
        await Cache.SetAsync("other", "v", tags: ["other"]);
        foreach (var key in new[] { "one", "long", "other" })
            Assert.True((await Other.TryGetAsync<string>(key)).HasValue);
        await Cache.EvictByTagAsync([evicted, longer.ToUpperInvariant() + evicted]);
        foreach (var key in new[] { "one", "long" })
            Assert.False((await Cache.TryGetAsync<string>(key)).HasValue);
        await Eventually.BecomesTrueAsync(async () => !(await Other.TryGetAsync<string>("one")).HasValue && !(await Other.TryGetAsync<string>("long")).HasValue, "the other instance hears of it");
        Assert.True((await Other.TryGetAsync<string>("other")).HasValue);
    }

    [Fact]
    public async Task ValuesOfHybridCache_AreTheSame()
    {
        var instance = NewInstance();
        await instance.Get<HybridCache>().SetAsync("k", "hybrid", tags: ["t"]);
        Assert.Equal("hybrid", (await instance.Get<ITagCache>().TryGetAsync<string>("k")).Value);
        await instance.Get<ITagCache>().SetAsync("l", "typed");
        Assert.Equal("typed", await instance.Get<HybridCache>().PeekAsync<string>("l"));
        await instance.Get<ITagCache>().EvictByTagAsync("t");
        Assert.Null(await instance.Get<HybridCache>().PeekAsync<string>("k"));
    }

    [Fact]
    public async Task Instance_WithoutRoomForCopies_ReadsRedis()
    {
        foreach (var cache in new[] { NewCache(o => o.LocalCacheEntries = 0), NewCache(o => o.LocalCacheBytes = 0) })
        {
            await cache.SetAsync("k", "v");
            Assert.Equal("v", (await cache.TryGetAsync<string>("k")).Value);
            Assert.False((await cache.TryGetAsync<string>("k", new CachePolicy { Flags = HybridCacheEntryFlags.DisableDistributedCacheRead })).HasValue);
        }
    }

    [Theory]
    [InlineData(CacheCompression.Brotli)]
    [InlineData(CacheCompression.GZip)]
    public async Task Compression_MakesLargeValuesSmall_AndIsReadByAll(CacheCompression compression)
    {
        var cache = NewCache(o => o.Compression = compression);
        var large = new string('x', 100_000);
        await cache.SetAsync("k", large);
        Assert.True((await Database.StringLengthAsync(EntryKey())) < 10_000);
        Assert.Equal(large, (await Other.TryGetAsync<string>("k")).Value);
        await cache.SetAsync("k", large, new CachePolicy { Flags = HybridCacheEntryFlags.DisableCompression });
        Assert.True((await Database.StringLengthAsync(EntryKey())) > 100_000);
        Assert.Equal(large, (await NewCache().TryGetAsync<string>("k")).Value);
    }
}

public sealed class StandaloneTagCacheTests(StandaloneEngine engine) : TagCacheContract(engine), IClassFixture<StandaloneEngine>;

public sealed class PartitionedTagCacheTests(PartitionedEngine engine) : TagCacheContract(engine), IClassFixture<PartitionedEngine>;

public sealed class EmbeddedTagCacheTests(EmbeddedEngine engine) : TagCacheContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryTagCacheTests(InMemoryEngine engine) : TagCacheContract(engine), IClassFixture<InMemoryEngine>;
