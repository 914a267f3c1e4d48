using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Caching;

namespace RedisTagCache.Tests.Caching;

public sealed class PoliciesTests
{
    private static readonly CachePolicy _full = new()
    {
        Lifetime = TimeSpan.FromSeconds(1),
        StaleWindow = TimeSpan.FromSeconds(2),
        FailSafeWindow = TimeSpan.FromSeconds(3),
        LocalLifetime = TimeSpan.FromSeconds(4),
        EagerRefresh = 0.5,
        Jitter = 0.6,
        FactorySoftTimeout = TimeSpan.FromSeconds(7),
        RetryDelay = TimeSpan.FromSeconds(8),
        WaitForWrite = true,
        Flags = HybridCacheEntryFlags.DisableCompression,
    };

    private static readonly EffectivePolicy _filled = new(
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4), 0.5, 0.6, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(8), true, HybridCacheEntryFlags.DisableCompression);

    private static readonly EffectivePolicy _defaults = new(
        TimeSpan.FromMinutes(5), TimeSpan.Zero, TimeSpan.Zero, null, null, 0, null, TimeSpan.FromSeconds(10), false, HybridCacheEntryFlags.None);

    [Fact]
    public void Resolve_WithoutProfiles_FillsFromTheDefaults()
    {
        var policies = new Policies([]);
        Assert.Equal(_defaults, policies.Resolve(null));
        Assert.Equal(_defaults, policies.Resolve(new CachePolicy()));
        Assert.Equal(_defaults, policies.Resolve(new CachePolicy { Profile = "Default" }));
        Assert.Equal(_filled, policies.Resolve(_full));
    }

    [Fact]
    public void Resolve_OfWhatIsLeftOpen_TakesTheProfileThenTheDefaultProfileThenTheDefaults()
    {
        var policies = new Policies(
        [
            new("DEFAULT", new CachePolicy { Lifetime = TimeSpan.FromSeconds(11), Jitter = 0.1, LocalLifetime = TimeSpan.FromSeconds(13), Flags = HybridCacheEntryFlags.DisableLocalCache }),
            new("pages", new CachePolicy { Jitter = 0.2, StaleWindow = TimeSpan.FromSeconds(12) }),
        ]);
        var byDefault = _defaults with { Lifetime = TimeSpan.FromSeconds(11), Jitter = 0.1, LocalLifetime = TimeSpan.FromSeconds(13), Flags = HybridCacheEntryFlags.DisableLocalCache };
        var pages = byDefault with { Jitter = 0.2, StaleWindow = TimeSpan.FromSeconds(12) };
        Assert.Equal(byDefault, policies.Resolve(null));
        Assert.Equal(byDefault, policies.Resolve(new CachePolicy { Profile = "default" }));
        Assert.Equal(pages, policies.Resolve(new CachePolicy { Profile = "PAGES" }));
        Assert.Equal(pages with { Jitter = 0.3 }, policies.Resolve(new CachePolicy { Profile = "pages", Jitter = 0.3 }));
        Assert.Equal(byDefault with { RetryDelay = TimeSpan.Zero }, policies.Resolve(new CachePolicy { RetryDelay = TimeSpan.Zero }));
        Assert.Equal(_filled, policies.Resolve(_full with { Profile = "pages" }));
    }

    public static TheoryData<CachePolicy> EachAlone =>
    [
        new CachePolicy { Lifetime = _full.Lifetime },
        new CachePolicy { StaleWindow = _full.StaleWindow },
        new CachePolicy { FailSafeWindow = _full.FailSafeWindow },
        new CachePolicy { LocalLifetime = _full.LocalLifetime },
        new CachePolicy { EagerRefresh = _full.EagerRefresh },
        new CachePolicy { Jitter = _full.Jitter },
        new CachePolicy { FactorySoftTimeout = _full.FactorySoftTimeout },
        new CachePolicy { RetryDelay = _full.RetryDelay },
        new CachePolicy { WaitForWrite = _full.WaitForWrite },
        new CachePolicy { Flags = _full.Flags },
    ];

    [Theory]
    [MemberData(nameof(EachAlone))]
    public void Resolve_OfAPolicyThatSetsOneThing_ChangesThatAlone(CachePolicy policy)
    {
        var resolved = new Policies([new("pages", new CachePolicy())]).Resolve(policy with { Profile = "pages" });
        var changed = Assert.Single(typeof(EffectivePolicy).GetProperties(), property => property.CanWrite && !Equals(property.GetValue(resolved), property.GetValue(_defaults)));
        Assert.Equal(changed.GetValue(_filled), changed.GetValue(resolved));
    }

    [Fact]
    public void Resolve_OfAnUnknownProfile_NamesItAndWhereProfilesAreSet()
    {
        var e = Assert.Throws<ArgumentException>(() => new Policies([]).Resolve(new CachePolicy { Profile = "no such" }));
        Assert.StartsWith("There is no profile 'no such'. Profiles are set in RedisTagCacheOptions.Profiles.", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Policies([]).FlagsOf(new CachePolicy { Profile = "no such" }));
    }

    [Fact]
    public void Resolve_OfAPolicyOutOfRange_TellsTheProblem()
    {
        var policy = new CachePolicy { Jitter = 2 };
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => new Policies([]).Resolve(policy));
        Assert.StartsWith(PolicyRules.Check(policy)!.Value.Problem, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, HybridCacheEntryFlags.DisableCompression)]
    [InlineData("default", null, HybridCacheEntryFlags.DisableCompression)]
    [InlineData("pages", null, HybridCacheEntryFlags.DisableLocalCache)]
    [InlineData("open", null, HybridCacheEntryFlags.DisableCompression)]
    [InlineData(null, HybridCacheEntryFlags.None, HybridCacheEntryFlags.None)]
    [InlineData("pages", HybridCacheEntryFlags.DisableUnderlyingData, HybridCacheEntryFlags.DisableUnderlyingData)]
    public void FlagsOf_APolicy_AreThoseItResolvesTo(string? profile, HybridCacheEntryFlags? flags, HybridCacheEntryFlags expected)
    {
        var policies = new Policies(
        [
            new("default", new CachePolicy { Flags = HybridCacheEntryFlags.DisableCompression }),
            new("pages", new CachePolicy { Flags = HybridCacheEntryFlags.DisableLocalCache }),
            new("open", new CachePolicy()),
        ]);
        var policy = new CachePolicy { Profile = profile, Flags = flags };
        Assert.Equal((expected, expected), (policies.FlagsOf(policy), policies.Resolve(policy).Flags));
        Assert.Equal(HybridCacheEntryFlags.DisableCompression, policies.FlagsOf(null));
    }
}
