using System.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Old values returned at once while one instance refreshes them, and values refreshed before they are stale.</summary>
public abstract class StaleContract(IEngine engine) : TagCacheSuite(engine)
{
    private static readonly CachePolicy _long = new() { Lifetime = Hour };

    [Fact]
    public async Task Get_WithinTheStaleWindow_GivesTheOldAtOnce_AndRefreshesOnce()
    {
        var policy = new CachePolicy { Lifetime = TimeSpan.FromMilliseconds(300), StaleWindow = Hour };
        await Cache.SetAsync("k", "old", policy);
        await BecomesStaleAsync(Cache, "k");

        var source = new Source<string>(_ => "new", isHeld: true);
        var refreshed = _long with { StaleWindow = Hour };
        for (var i = 0; i < 20; i++)
            Assert.Equal("old", await (i % 2 == 0 ? Cache : Other).GetOrCreateAsync("k", From(source), refreshed).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        await source.Started;
        source.Release();
        await GivesAsync(Cache, source, refreshed);
        await GivesAsync(Other, source, refreshed);
        Assert.Equal(1, source.Runs);
    }

    [Fact]
    public async Task TryGet_WithAStaleCopy_GivesTheFreshValueOfRedis()
    {
        var policy = new CachePolicy { Lifetime = TimeSpan.FromMilliseconds(500), StaleWindow = Hour };
        await Cache.SetAsync("k", "old", policy);
        Assert.Equal("old", await Other.GetOrCreateAsync("k", Throws, policy)); // its copy
        await BecomesStaleAsync(Other, "k");
        var source = new Source<string>(_ => "new");
        await GivesAsync(Cache, source, _long);
        await BecomesAsync(Other, "k", "new"); // a copy is returned without a lookup in Redis only while it is fresh
    }

    [Fact]
    public async Task Get_AfterAnExpiryByTag_GivesTheOldAtOnce_AndRefreshesOnce()
    {
        await Cache.SetAsync("k", "old", _long, ["t", "u"]);
        await Cache.SetAsync("other", "v", _long, ["u"]);
        Assert.Equal("old", (await Other.TryGetAsync<string>("k")).Value);
        await Cache.ExpireByTagAsync("t");
        Assert.True((await Cache.TryGetAsync<string>("k")) is { HasValue: true, IsStale: true, Value: "old" });
        Assert.False((await Cache.TryGetAsync<string>("other")).IsStale);
        await BecomesStaleAsync(Other, "k"); // its copy too

        var source = new Source<string>(_ => "new", isHeld: true);
        for (var i = 0; i < 20; i++)
            Assert.Equal("old", await (i % 2 == 0 ? Cache : Other).GetOrCreateAsync("k", From(source), _long, ["t"]).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        await source.Started;
        source.Release();
        await GivesAsync(Cache, source, _long);
        await GivesAsync(Other, source, _long);
        Assert.Equal(1, source.Runs);
    }

    [Fact]
    public async Task Expire_OfSeveralTags_MakesEachStale()
    {
        await Cache.SetAsync("one", "v", _long, ["a"]);
        await Cache.SetAsync("two", "v", _long, ["b"]);
        await Other.ExpireByTagAsync(["a", "b"]);
        await BecomesStaleAsync(Cache, "one");
        await BecomesStaleAsync(Cache, "two");
    }

    [Fact]
    public async Task EvictedValue_WithAnyWindows_IsNotReturned()
    {
        await Cache.SetAsync("k", "old", new CachePolicy { Lifetime = Hour, StaleWindow = Hour, FailSafeWindow = Hour }, ["t"]);
        await Cache.ExpireByTagAsync("t");
        await Cache.EvictByTagAsync("t");
        Assert.False((await Cache.TryGetAsync<string>("k")).HasValue);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await Cache.GetOrCreateAsync("k", Throws));
    }

    [Fact]
    public async Task StaleWindow_ThatIsOver_IsAMiss()
    {
        await Cache.SetAsync("k", "old", new CachePolicy { Lifetime = TimeSpan.FromMilliseconds(300), StaleWindow = TimeSpan.FromMilliseconds(600) });
        Assert.InRange(TimeToLive().TotalMilliseconds, 1, 900);
        var watch = Stopwatch.StartNew();
        await BecomesStaleAsync(Cache, "k");

        // Not only by the clock of Redis, or because the instance is not sure of its copy for a moment.
        await Eventually.BecomesTrueAsync(async () => watch.Elapsed > TimeSpan.FromSeconds(1) && !(await Cache.TryGetAsync<string>("k")).HasValue, "it is over");
        Assert.Equal("v1", await Cache.GetOrCreateAsync("k", From(Source.Versions())));
    }

    [Fact]
    public async Task RefreshThatFails_LeavesTheOld_AndIsTriedAgain()
    {
        var policy = new CachePolicy { Lifetime = TimeSpan.FromMilliseconds(300), StaleWindow = Hour, RetryDelay = TimeSpan.FromMilliseconds(100) };
        await Cache.SetAsync("k", "old", policy);
        await BecomesStaleAsync(Cache, "k");
        var source = new Source<string>(run => run < 3 ? throw new InvalidDataException() : "new");
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                var value = await Cache.GetOrCreateAsync("k", From(source), policy with { Lifetime = Hour });
                Assert.Contains(value, new[] { "old", "new" });
                return value == "new";
            },
            "a later refresh succeeded");
        Assert.Equal(3, source.Runs);
    }

    [Fact]
    public async Task EagerRefresh_ReplacesAFreshValue_WithoutAnybodyWaiting()
    {
        var policy = new CachePolicy { Lifetime = TimeSpan.FromSeconds(20), EagerRefresh = 0.1 };
        var source = Source.Versions();
        Assert.Equal("v1", await Cache.GetOrCreateAsync("k", From(source), policy));
        var held = Source.HeldVersions("eager");
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                Assert.Equal("v1", await Cache.GetOrCreateAsync("k", From(held), policy).AsTask().WaitAsync(TimeSpan.FromSeconds(5)));
                return held.Runs == 1;
            },
            "a tenth of its life is over");
        Assert.True((await Cache.TryGetAsync<string>("k")) is { HasValue: true, IsStale: false, Value: "v1" });
        held.Release();
        await BecomesAsync(Cache, "k", "eager1");
        Assert.Equal(1, held.Runs);
    }

    [Fact]
    public async Task Jitter_SpreadsTheEnds_AndNeverProlongs()
    {
        var lives = new List<double>();
        foreach (var i in Enumerable.Range(0, 40))
        {
            await Cache.SetAsync("k" + i, "v", new CachePolicy { Lifetime = Hour, Jitter = 0.5 });
            lives.Add(Database.KeyTimeToLive(Assert.Single(EntryKeys()))!.Value.TotalMinutes);
            await Cache.RemoveAsync("k" + i);
        }

        Assert.All(lives, life => Assert.InRange(life, 29.5, 60));
        Assert.True(lives.Max() - lives.Min() > 10, $"From {lives.Min()} to {lives.Max()} minutes.");
    }

    private static async Task GivesAsync(ITagCache cache, Source<string> source, CachePolicy policy) =>
        await Eventually.BecomesTrueAsync(async () => await cache.GetOrCreateAsync("k", From(source), policy, ["t"]) == "new", "the refreshed value is returned");
}

public sealed class StandaloneStaleTests(StandaloneEngine engine) : StaleContract(engine), IClassFixture<StandaloneEngine>;

public sealed class PartitionedStaleTests(PartitionedEngine engine) : StaleContract(engine), IClassFixture<PartitionedEngine>;

public sealed class ClusterStaleTests(ClusterEngine engine) : StaleContract(engine), IClassFixture<ClusterEngine>;

public sealed class EmbeddedStaleTests(EmbeddedEngine engine) : StaleContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryStaleTests(InMemoryEngine engine) : StaleContract(engine), IClassFixture<InMemoryEngine>;
