using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;
using static Microsoft.Extensions.Caching.Hybrid.HybridCacheEntryFlags;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Old values, when Redis is not read or not written by the flags: the copy in memory is the old value.</summary>
public abstract class FailSafeFlagsContract(IEngine engine) : TagCacheSuite(engine)
{
    public static TheoryData<HybridCacheEntryFlags> Flags => [None, DisableDistributedCacheRead, DisableDistributedCacheWrite, DisableDistributedCache];

    [Theory]
    [MemberData(nameof(Flags))]
    public async Task GetOrCreateAsync_FactoryThrowsWithinTheFailSafeWindow_GivesTheOld(HybridCacheEntryFlags flags)
    {
        var policy = await OldAsync(flags);
        var source = new Source<string>(_ => throw new InvalidDataException());
        for (var i = 0; i < 5; i++)
            Assert.Equal("old", await Cache.GetOrCreateAsync("k", From(source), policy));
        Assert.Equal(1, source.Runs); // until RetryDelay is over
    }

    [Theory]
    [MemberData(nameof(Flags))]
    public async Task GetOrCreateAsync_SoftTimeoutWithinTheFailSafeWindow_GivesTheOldAndKeepsTheNew(HybridCacheEntryFlags flags)
    {
        var policy = await OldAsync(flags) with { FactorySoftTimeout = TimeSpan.FromMilliseconds(100), Lifetime = Hour };
        var source = new Source<string>(_ => "new", isHeld: true);
        Assert.Equal("old", await Cache.GetOrCreateAsync("k", From(source), policy).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        source.Release();
        await Eventually.BecomesTrueAsync(async () => await Cache.GetOrCreateAsync("k", From(source), policy) == "new", "the new value is kept");
        Assert.Equal(1, source.Runs);
    }

    [Theory]
    [MemberData(nameof(Flags))]
    public async Task GetOrCreateAsync_EvictedWithinTheFailSafeWindow_Throws(HybridCacheEntryFlags flags)
    {
        var policy = await OldAsync(flags);
        await Other.EvictByTagAsync("t");
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                try
                {
                    await Cache.GetOrCreateAsync("k", Throws, policy with { RetryDelay = TimeSpan.Zero }, ["t"]);
                    return false;
                }
                catch (InvalidDataException)
                {
                    return true;
                }
            }, "there is no old value");
    }

    private async Task<CachePolicy> OldAsync(HybridCacheEntryFlags flags)
    {
        var policy = new CachePolicy { Lifetime = TimeSpan.FromMilliseconds(1), FailSafeWindow = Hour, RetryDelay = Hour, Flags = flags };
        Assert.Equal("old", await Cache.GetOrCreateAsync("k", static (_, _) => new ValueTask<string>("old"), policy, ["t"]));
        await Eventually.BecomesTrueAsync(async () => !(await Cache.TryGetAsync<string>("k", policy)).HasValue, "its lifetime is over");
        return policy;
    }
}

public sealed class StandaloneFailSafeFlagsTests(StandaloneEngine engine) : FailSafeFlagsContract(engine), IClassFixture<StandaloneEngine>;

public sealed class PartitionedFailSafeFlagsTests(PartitionedEngine engine) : FailSafeFlagsContract(engine), IClassFixture<PartitionedEngine>;

public sealed class EmbeddedFailSafeFlagsTests(EmbeddedEngine engine) : FailSafeFlagsContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryFailSafeFlagsTests(InMemoryEngine engine) : FailSafeFlagsContract(engine), IClassFixture<InMemoryEngine>;
