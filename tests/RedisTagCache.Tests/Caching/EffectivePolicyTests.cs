using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Caching;
using RedisTagCache.Entries;

namespace RedisTagCache.Tests.Caching;

public sealed class EffectivePolicyTests
{
    private static readonly EffectivePolicy _policy = new Policies([]).Resolve(null);

    [Theory]
    [InlineData(HybridCacheEntryFlags.None, "reads copies, keeps copies, reads Redis, writes Redis, computes, compresses")]
    [InlineData(HybridCacheEntryFlags.DisableLocalCacheRead, "keeps copies, reads Redis, writes Redis, computes, compresses")]
    [InlineData(HybridCacheEntryFlags.DisableLocalCacheWrite, "reads copies, reads Redis, writes Redis, computes, compresses")]
    [InlineData(HybridCacheEntryFlags.DisableLocalCache, "reads Redis, writes Redis, computes, compresses")]
    [InlineData(HybridCacheEntryFlags.DisableDistributedCacheRead, "reads copies, keeps copies, writes Redis, computes, compresses")]
    [InlineData(HybridCacheEntryFlags.DisableDistributedCacheWrite, "reads copies, keeps copies, reads Redis, computes, compresses")]
    [InlineData(HybridCacheEntryFlags.DisableDistributedCache, "reads copies, keeps copies, computes, compresses")]
    [InlineData(HybridCacheEntryFlags.DisableUnderlyingData, "reads copies, keeps copies, reads Redis, writes Redis, compresses")]
    [InlineData(HybridCacheEntryFlags.DisableCompression, "reads copies, keeps copies, reads Redis, writes Redis, computes")]
    [InlineData((HybridCacheEntryFlags)(-1), "")]
    public void Flags_OfAnyKind_SwitchOffWhatTheyName(HybridCacheEntryFlags flags, string expected)
    {
        var policy = _policy with { Flags = flags };
        (bool Does, string What)[] all =
        [
            (policy.ReadsCopies, "reads copies"), (policy.KeepsCopies, "keeps copies"), (policy.ReadsRedis, "reads Redis"),
            (policy.WritesRedis, "writes Redis"), (policy.Computes, "computes"), (policy.Compresses, "compresses"),
        ];
        Assert.Equal(expected, string.Join(", ", all.Where(one => one.Does).Select(one => one.What)));
    }

    [Fact]
    public void KeepsCopies_WithoutATimeForThem_IsFalse()
    {
        Assert.False((_policy with { LocalLifetime = TimeSpan.Zero }).KeepsCopies);
        Assert.True((_policy with { LocalLifetime = TimeSpan.FromTicks(1) }).KeepsCopies);
    }

    [Theory]
    [InlineData(1_000, 0, 0, 1_000, 1_000, 1_000)]
    [InlineData(1_000, 200, 0, 1_000, 1_200, 1_200)]
    [InlineData(1_000, 0, 30, 1_000, 1_000, 1_030)]
    [InlineData(1_000, 200, 30, 1_000, 1_200, 1_230)]
    [InlineData(1.0001, 0.0001, 0.0001, 2, 3, 4)]
    [InlineData(315_360_000_000, 315_360_000_000, 315_360_000_000, 315_360_000_000, 630_720_000_000, 946_080_000_000)]
    public void LifeFrom_AMoment_AddsOneWindowToTheOther(double lifetime, double stale, double failSafe, long freshUntil, long staleUntil, long endsAt)
    {
        const long Now = 1_763_862_000_000;
        var policy = _policy with { Lifetime = TimeSpan.FromMilliseconds(lifetime), StaleWindow = TimeSpan.FromMilliseconds(stale), FailSafeWindow = TimeSpan.FromMilliseconds(failSafe) };
        Assert.Equal(new ValueLife(Now, Now + freshUntil, Now + staleUntil, Now + endsAt), policy.LifeFrom(Now));
    }

    [Theory]
    [InlineData(10_000, 0.25, 7_500, 10_000)]
    [InlineData(1, 0.9, 1, 1)]
    public void LifeFrom_WithJitter_ShortensTheLifetimeAloneAndEvenly(int lifetime, double jitter, int least, int most)
    {
        var policy = _policy with { Lifetime = TimeSpan.FromMilliseconds(lifetime), Jitter = jitter, StaleWindow = TimeSpan.FromMilliseconds(50) };
        var lives = Enumerable.Range(0, 2_000).Select(_ => policy.LifeFrom(0)).ToArray();
        Assert.All(lives, life => Assert.InRange(life.FreshUntil, least, most));
        Assert.All(lives, life => Assert.Equal(50, life.StaleUntil - life.FreshUntil));
        var step = (most - least) / 10;
        Assert.InRange(lives.Min(life => life.FreshUntil), least, least + step);
        Assert.InRange(lives.Max(life => life.FreshUntil), most - step, most);
    }
}
