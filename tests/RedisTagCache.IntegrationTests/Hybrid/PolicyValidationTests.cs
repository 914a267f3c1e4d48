using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Values out of range are refused where they are given, by name. None of it needs a server.</summary>
public sealed class PolicyValidationTests
{
    private static readonly TimeSpan _tooLong = TimeSpan.FromDays(3_651);

    public static TheoryData<string, CachePolicy> BadPolicies => new()
    {
        { nameof(CachePolicy.Lifetime), new CachePolicy { Lifetime = TimeSpan.Zero } },
        { nameof(CachePolicy.Lifetime), new CachePolicy { Lifetime = TimeSpan.FromTicks(9_999) } },
        { nameof(CachePolicy.Lifetime), new CachePolicy { Lifetime = TimeSpan.FromSeconds(-1) } },
        { nameof(CachePolicy.Lifetime), new CachePolicy { Lifetime = _tooLong } },
        { nameof(CachePolicy.StaleWindow), new CachePolicy { StaleWindow = TimeSpan.FromTicks(-1) } },
        { nameof(CachePolicy.StaleWindow), new CachePolicy { StaleWindow = _tooLong } },
        { nameof(CachePolicy.FailSafeWindow), new CachePolicy { FailSafeWindow = TimeSpan.FromTicks(-1) } },
        { nameof(CachePolicy.FailSafeWindow), new CachePolicy { FailSafeWindow = TimeSpan.MaxValue } },
        { nameof(CachePolicy.LocalLifetime), new CachePolicy { LocalLifetime = TimeSpan.FromTicks(-1) } },
        { nameof(CachePolicy.LocalLifetime), new CachePolicy { LocalLifetime = _tooLong } },
        { nameof(CachePolicy.EagerRefresh), new CachePolicy { EagerRefresh = 0.09 } },
        { nameof(CachePolicy.EagerRefresh), new CachePolicy { EagerRefresh = 1 } },
        { nameof(CachePolicy.EagerRefresh), new CachePolicy { EagerRefresh = double.NaN } },
        { nameof(CachePolicy.Jitter), new CachePolicy { Jitter = -0.01 } },
        { nameof(CachePolicy.Jitter), new CachePolicy { Jitter = 0.91 } },
        { nameof(CachePolicy.Jitter), new CachePolicy { Jitter = double.NaN } },
        { nameof(CachePolicy.FactorySoftTimeout), new CachePolicy { FactorySoftTimeout = TimeSpan.Zero } },
        { nameof(CachePolicy.FactorySoftTimeout), new CachePolicy { FactorySoftTimeout = TimeSpan.FromMinutes(61) } },
        { nameof(CachePolicy.RetryDelay), new CachePolicy { RetryDelay = TimeSpan.FromTicks(-1) } },
        { nameof(CachePolicy.RetryDelay), new CachePolicy { RetryDelay = TimeSpan.FromMinutes(61) } },
        { nameof(CachePolicy.Profile), new CachePolicy { Profile = "no such" } },
    };

    public static TheoryData<string, Action<RedisTagCacheOptions>> BadOptions => new()
    {
        { nameof(RedisTagCacheOptions.MaximumKeyLength), o => o.MaximumKeyLength = 0 },
        { nameof(RedisTagCacheOptions.MaximumKeyLength), o => o.MaximumKeyLength = 65_537 },
        { nameof(RedisTagCacheOptions.MaximumPayloadBytes), o => o.MaximumPayloadBytes = 0 },
        { nameof(RedisTagCacheOptions.MaximumPayloadBytes), o => o.MaximumPayloadBytes = (256 * 1024 * 1024) + 1 },
        { nameof(RedisTagCacheOptions.LocalCacheBytes), o => o.LocalCacheBytes = -1 },
        { nameof(RedisTagCacheOptions.LocalCacheBytes), o => o.LocalCacheBytes = (64L * 1024 * 1024 * 1024) + 1 },
        { nameof(RedisTagCacheOptions.LocalCacheEntries), o => o.LocalCacheEntries = -1 },
        { nameof(RedisTagCacheOptions.LocalCacheEntries), o => o.LocalCacheEntries = 100_000_001 },
        { nameof(RedisTagCacheOptions.LeaseDuration), o => o.LeaseDuration = TimeSpan.FromMilliseconds(499) },
        { nameof(RedisTagCacheOptions.LeaseDuration), o => o.LeaseDuration = TimeSpan.FromMinutes(6) },
        { nameof(RedisTagCacheOptions.LeaseTimeout), o => o.LeaseTimeout = TimeSpan.FromTicks(-1) },
        { nameof(RedisTagCacheOptions.LeaseTimeout), o => o.LeaseTimeout = TimeSpan.FromMinutes(11) },
        { nameof(RedisTagCacheOptions.Compression), o => o.Compression = (CacheCompression)99 },
        { nameof(RedisTagCacheOptions.CompressionThreshold), o => o.CompressionThreshold = -1 },
        { nameof(RedisTagCacheOptions.CompressionThreshold), o => o.CompressionThreshold = (256 * 1024 * 1024) + 1 },
    };

    [Theory]
    [MemberData(nameof(BadPolicies))]
    public async Task Policy_OutOfRange_IsRefusedByName(string property, CachePolicy policy)
    {
        await using var instance = NewInstance();
        var cache = instance.Get<ITagCache>();
        Refused(await Assert.ThrowsAnyAsync<ArgumentException>(async () => await cache.GetOrCreateAsync("k", static (_, _) => new ValueTask<string>("v"), policy)));
        Refused(await Assert.ThrowsAnyAsync<ArgumentException>(async () => await cache.TryGetAsync<string>("k", policy)));
        Refused(await Assert.ThrowsAnyAsync<ArgumentException>(async () => await cache.SetAsync("k", "v", policy)));

        void Refused(ArgumentException refusal) => Assert.Contains(property, refusal.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(BadPolicies))]
    public async Task Profile_OutOfRange_IsRefusedByName(string property, CachePolicy policy)
    {
        await using var instance = NewInstance(o => o.Profiles["broken"] = policy);
        var refusal = Assert.Throws<OptionsValidationException>(() => instance.Get<IOptions<RedisTagCacheOptions>>().Value);
        Assert.Contains("broken", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(property, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Lifetime", "-00:00:01")]
    [InlineData("EagerRefresh", "7")]
    public async Task ConfiguredProfile_OutOfRange_IsRefusedByName(string property, string value)
    {
        var values = new Dictionary<string, string?> { ["RedisTagCache:Profiles:broken:" + property] = value };
        await using var instance = NewInstance(services: s => s.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build()));
        var refusal = Assert.Throws<OptionsValidationException>(() => instance.Get<IOptions<RedisTagCacheOptions>>().Value);
        Assert.Contains(property, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BadOptions))]
    public async Task Option_OutOfRange_IsRefusedByName(string option, Action<RedisTagCacheOptions> configure)
    {
        await using var instance = NewInstance(configure);
        var refusal = Assert.Throws<OptionsValidationException>(() => instance.Get<IOptions<RedisTagCacheOptions>>().Value);
        Assert.Contains(option, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeysAndTags_ThatAreNone_AreRefused()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<ITagCache>();
        foreach (var none in new[] { null!, "" })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await cache.GetOrCreateAsync(none, static (_, _) => new ValueTask<string>("v")));
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await cache.TryGetAsync<string>(none));
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await cache.SetAsync(none, "v"));
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await cache.RemoveAsync(none));
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await cache.GetOrCreateAsync("k", static (_, _) => new ValueTask<string>("v"), tags: [none]));
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await cache.SetAsync("k", "v", tags: ["t", none]));
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await cache.EvictByTagAsync(none));
            await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await cache.EvictByTagAsync(["t", none])); // skipped, and the other is evicted
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await cache.ExpireByTagAsync(none));
        }
    }

    [Fact]
    public async Task Profile_WithoutAName_IsRefused()
    {
        await using var instance = Instance.Create("127.0.0.1:1");
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await instance.Get<ITagCache>().GetOrCreateAsync("k", static (_, _) => new ValueTask<int>(1), new CachePolicy { Profile = "" }));
    }

    // Nobody listens there, and nothing is refused because of that.
    private static Instance NewInstance(Action<RedisTagCacheOptions>? configure = null, Action<IServiceCollection>? services = null) => Instance.Create("127.0.0.1:1", configure, services);
}
