using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Policies by name, and what they leave open.</summary>
public abstract class ProfileContract(IEngine engine) : TagCacheSuite(engine)
{
    [Fact]
    public async Task Profile_ByName_IsHeeded_WhateverItsCase()
    {
        var cache = NewCache(o => o.Profiles["Articles"] = new CachePolicy { Lifetime = 7 * Hour });
        foreach (var name in new[] { "Articles", "articles", "ARTICLES" })
            Assert.Equal(7, await HoursAsync(cache, new CachePolicy { Profile = name }));
    }

    [Fact]
    public async Task NoPolicy_IsTheProfileDefault_AndElseFiveMinutes()
    {
        await Cache.SetAsync("k", "v");
        Assert.InRange(TimeToLive().TotalMinutes, 4.9, 5);
        await Cache.RemoveAsync("k");
        Assert.Equal(3, await HoursAsync(NewCache(o => o.Profiles["default"] = new CachePolicy { Lifetime = 3 * Hour }), null));
        Assert.Equal(3, await HoursAsync(NewCache(o => o.Profiles["DEFAULT"] = new CachePolicy { Lifetime = 3 * Hour }), new CachePolicy()));
    }

    [Fact]
    public async Task WhatACallLeavesOpen_IsTakenFromItsProfile_AndThenFromDefault()
    {
        var cache = NewCache(o =>
        {
            o.Profiles["default"] = new CachePolicy { Lifetime = Hour, StaleWindow = 2 * Hour, FailSafeWindow = 4 * Hour };
            o.Profiles["own"] = new CachePolicy { StaleWindow = 8 * Hour };
        });
        Assert.Equal(1 + 2 + 4, await HoursAsync(cache, null));
        Assert.Equal(1 + 8 + 4, await HoursAsync(cache, new CachePolicy { Profile = "own" }));
        Assert.Equal(16 + 8 + 4, await HoursAsync(cache, new CachePolicy { Profile = "own", Lifetime = 16 * Hour }));
        Assert.Equal(1 + 2 + 32, await HoursAsync(cache, new CachePolicy { FailSafeWindow = 32 * Hour }));
        Assert.Equal(1 + 0 + 0, await HoursAsync(cache, new CachePolicy { StaleWindow = TimeSpan.Zero, FailSafeWindow = TimeSpan.Zero }));
    }

    [Fact]
    public async Task ProfileDefault_HoldsForHybridCache()
    {
        var instance = NewInstance(o => o.Profiles["default"] = new CachePolicy { Lifetime = Hour, StaleWindow = 2 * Hour });
        await instance.Get<HybridCache>().SetAsync("k", "v");
        Assert.InRange(TimeToLive().TotalHours, 2.99, 3);
        await instance.Get<HybridCache>().SetAsync("k", "v", new HybridCacheEntryOptions { Expiration = 4 * Hour });
        Assert.InRange(TimeToLive().TotalHours, 5.99, 6);
    }

    [Fact]
    public async Task FlagsOfAProfile_AreHeeded_AndThoseOfACallReplaceThem()
    {
        var cache = NewCache(o => o.Profiles["local"] = new CachePolicy { Flags = HybridCacheEntryFlags.DisableDistributedCache });
        await cache.SetAsync("k", "v", new CachePolicy { Profile = "local" });
        Assert.Empty(EntryKeys());
        Assert.Equal("v", (await cache.TryGetAsync<string>("k")).Value);
        await cache.SetAsync("k", "v", new CachePolicy { Profile = "local", Flags = HybridCacheEntryFlags.None });
        Assert.Single(EntryKeys());
    }

    [Fact]
    public async Task LocalLifetimeOfAProfile_BoundsTheCopy()
    {
        var cache = NewCache(o => o.Profiles["none"] = new CachePolicy { LocalLifetime = TimeSpan.Zero });
        await cache.SetAsync("k", "v", new CachePolicy { Profile = "none" });
        Assert.False((await cache.TryGetAsync<string>("k", new CachePolicy { Flags = HybridCacheEntryFlags.DisableDistributedCacheRead })).HasValue);
        Assert.True((await cache.TryGetAsync<string>("k", new CachePolicy { Profile = "none" })).HasValue);
    }

    [Fact]
    public async Task Profiles_FromConfiguration_AreHeeded()
    {
        await using var instance = Configured(new()
        {
            ["RedisTagCache:Profiles:default:Lifetime"] = "01:00:00",
            ["RedisTagCache:Profiles:articles:StaleWindow"] = "02:00:00",
            ["RedisTagCache:Profiles:articles:FailSafeWindow"] = "04:00:00",
            ["RedisTagCache:Profiles:articles:Jitter"] = "0",
            ["RedisTagCache:Profiles:local:Flags"] = "DisableDistributedCache",
        });
        var cache = instance.Get<ITagCache>();
        Assert.Equal(1, await HoursAsync(cache, null));
        Assert.Equal(1 + 2 + 4, await HoursAsync(cache, new CachePolicy { Profile = "articles" }));
        await cache.SetAsync("k", "v", new CachePolicy { Profile = "local" });
        Assert.Empty(EntryKeys());
    }

    [Fact]
    public async Task EveryPropertyOfAProfile_CanComeFromConfiguration()
    {
        await using var instance = Configured(new()
        {
            ["RedisTagCache:Profiles:all:Lifetime"] = "00:00:01",
            ["RedisTagCache:Profiles:all:StaleWindow"] = "00:00:02",
            ["RedisTagCache:Profiles:all:FailSafeWindow"] = "00:00:03",
            ["RedisTagCache:Profiles:all:LocalLifetime"] = "00:00:04",
            ["RedisTagCache:Profiles:all:EagerRefresh"] = "0.5",
            ["RedisTagCache:Profiles:all:Jitter"] = "0.25",
            ["RedisTagCache:Profiles:all:FactorySoftTimeout"] = "00:00:05",
            ["RedisTagCache:Profiles:all:RetryDelay"] = "00:00:06",
            ["RedisTagCache:Profiles:all:WaitForWrite"] = "true",
            ["RedisTagCache:Profiles:all:Flags"] = "DisableLocalCache, DisableCompression",
        });
        var expected = new CachePolicy
        {
            Lifetime = TimeSpan.FromSeconds(1),
            StaleWindow = TimeSpan.FromSeconds(2),
            FailSafeWindow = TimeSpan.FromSeconds(3),
            LocalLifetime = TimeSpan.FromSeconds(4),
            EagerRefresh = 0.5,
            Jitter = 0.25,
            FactorySoftTimeout = TimeSpan.FromSeconds(5),
            RetryDelay = TimeSpan.FromSeconds(6),
            WaitForWrite = true,
            Flags = HybridCacheEntryFlags.DisableLocalCache | HybridCacheEntryFlags.DisableCompression,
        };
        var profile = instance.Get<Microsoft.Extensions.Options.IOptions<RedisTagCacheOptions>>().Value.Profiles["ALL"];
        Assert.Equal(expected, profile);
    }

    [Fact]
    public async Task ProfilesInCode_WinOverConfiguration_AndAddToIt()
    {
        await using var instance = Configured(
            new() { ["RedisTagCache:Profiles:both:Lifetime"] = "01:00:00", ["RedisTagCache:Profiles:configured:Lifetime"] = "02:00:00" },
            o => o.Profiles["both"] = new CachePolicy { Lifetime = 4 * Hour });
        Assert.Equal(4, await HoursAsync(instance.Get<ITagCache>(), new CachePolicy { Profile = "both" }));
        Assert.Equal(2, await HoursAsync(instance.Get<ITagCache>(), new CachePolicy { Profile = "configured" }));
    }

    // The whole life of an entry kept with the policy, rounded to hours.
    private async Task<double> HoursAsync(ITagCache cache, CachePolicy? policy)
    {
        await cache.SetAsync("k", "v", policy);
        var hours = TimeToLive().TotalHours;
        await cache.RemoveAsync("k");
        Assert.InRange(Math.Ceiling(hours) - hours, 0, 0.01);
        return Math.Ceiling(hours);
    }

    private Instance Configured(Dictionary<string, string?> values, Action<RedisTagCacheOptions>? configure = null) => Instance.Create(
        Engine.ConnectionString,
        options =>
        {
            (options.KeyPrefix, options.Partitions) = (Prefix, Engine.Asked);
            configure?.Invoke(options);
        },
        services => services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build()));
}

public sealed class StandaloneProfileTests(StandaloneEngine engine) : ProfileContract(engine), IClassFixture<StandaloneEngine>;

public sealed class PartitionedProfileTests(PartitionedEngine engine) : ProfileContract(engine), IClassFixture<PartitionedEngine>;

public sealed class EmbeddedProfileTests(EmbeddedEngine engine) : ProfileContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryProfileTests(InMemoryEngine engine) : ProfileContract(engine), IClassFixture<InMemoryEngine>;
