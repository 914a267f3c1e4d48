using Microsoft.Extensions.Caching.Hybrid;
using static Microsoft.Extensions.Caching.Hybrid.HybridCacheEntryFlags;
using static RedisTagCache.IntegrationTests.Hybrid.HybridCacheExtensions;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Each flag alone and with each other one, against what its documentation says.</summary>
public abstract class FlagsContract(IEngine engine, IHybridMaker maker) : HybridSuite(engine, maker)
{
    // Reads and writes of both levels, the underlying data: 32 combinations.
    public static TheoryData<HybridCacheEntryFlags> Combinations => [.. Enumerable.Range(0, 32).Select(i => (HybridCacheEntryFlags)i)];

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task GetOrCreate_OfAKeyNeverSeen_WritesWhereTheFlagsLetIt(HybridCacheEntryFlags flags)
    {
        var source = new Source<string>(_ => "factory");
        var given = await A.GetOrCreateAsync<string?>("k", async stop => await source.ReadAsync(stop), With(flags));
        await SettleAsync(A);

        var created = flags.HasFlag(DisableUnderlyingData) ? null : "factory";
        Assert.Equal(created, given);
        Assert.Equal(created is null ? 0 : 1, source.Runs);
        Assert.Equal(flags.HasFlag(DisableLocalCacheWrite) ? null : created, await A.InMemoryAsync("k"));
        Assert.Equal(flags.HasFlag(DisableDistributedCacheWrite) ? null : created, await A.InRedisAsync("k"));
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task GetOrCreate_WithBothLevelsFilled_ReadsTheFirstTheFlagsLetIt(HybridCacheEntryFlags flags)
    {
        await A.SetAsync("k", "redis", With(DisableLocalCacheWrite));
        await A.SetAsync("k", "memory", With(DisableDistributedCacheWrite));
        Assert.Equal(("memory", "redis"), (await A.InMemoryAsync("k"), await A.InRedisAsync("k")));

        var given = await A.GetOrCreateAsync<string?>("k", static _ => new ValueTask<string?>("factory"), With(flags));
        await SettleAsync(A);

        var created = flags.HasFlag(DisableUnderlyingData) ? null : "factory";
        var expected = !flags.HasFlag(DisableLocalCacheRead) ? "memory" : !flags.HasFlag(DisableDistributedCacheRead) ? "redis" : created;
        Assert.Equal(expected, given);
        Assert.Equal(given == "factory" && !flags.HasFlag(DisableDistributedCacheWrite) ? "factory" : "redis", await A.InRedisAsync("k"));
        if (given is null || !flags.HasFlag(DisableLocalCacheWrite))
            Assert.Equal(given ?? "memory", await A.InMemoryAsync("k"));
        else
            Assert.Contains(await A.InMemoryAsync("k"), new[] { null, "memory" }); // nothing new; the old copy may stay or go
    }

    [Theory]
    [InlineData(None, "set", "set")]
    [InlineData(DisableLocalCacheWrite, null, "set")]
    [InlineData(DisableDistributedCacheWrite, "set", null)]
    [InlineData(DisableLocalCacheWrite | DisableDistributedCacheWrite, null, null)]
    [InlineData(DisableLocalCacheRead | DisableDistributedCacheRead, "set", "set")]
    public async Task Set_WritesWhereTheFlagsLetIt(HybridCacheEntryFlags flags, string? inMemory, string? inRedis)
    {
        await A.SetAsync("k", "set", With(flags));
        await SettleAsync(A);
        Assert.Equal((inMemory, inRedis), (await A.InMemoryAsync("k"), await A.InRedisAsync("k")));
    }

    [Fact]
    public async Task GetOrCreate_WithBothCachesDisabled_RunsTheFactoryEachTime()
    {
        var source = Source.Versions();
        for (var i = 1; i <= 3; i++)
            Assert.Equal("v" + i, await A.GetOrCreateAsync("k", source.ReadAsync, With(DisableLocalCache | DisableDistributedCache)));
    }

    [Fact]
    public async Task GetOrCreate_WithoutUnderlyingData_GivesTheDefaultOfAValueType()
    {
        Assert.Equal(0, await A.PeekAsync<int>("number"));
        Assert.Null(await A.PeekAsync<int?>("optional"));
        Assert.Equal(7, await A.GetOrCreateAsync("number", static _ => new ValueTask<int>(7)));
        Assert.Equal(7, await A.PeekAsync<int>("number"));
    }

    [Fact]
    public async Task GetOrCreate_WithoutCompression_GivesTheSameValue()
    {
        var value = new string('x', 100_000);
        Assert.Equal(value, await A.GetOrCreateAsync("k", _ => new ValueTask<string>(value), With(DisableCompression)));
        await ReachesRedisAsync(B, "k", value);
    }

    [Fact]
    public async Task FlagsOfACall_ReplaceTheDefaults()
    {
        var cache = NewCache(setup => setup with { Defaults = With(DisableDistributedCacheWrite) });
        await cache.SetAsync("default", "set");
        await cache.SetAsync("unset", "set", new HybridCacheEntryOptions { Expiration = TimeSpan.FromMinutes(1) });
        await cache.SetAsync("none", "set", With(None));
        await cache.SetAsync("other", "set", With(DisableLocalCacheWrite));
        await ReachesRedisAsync(cache, "other", "set");

        Assert.Equal(("set", null), (await cache.InMemoryAsync("default"), await cache.InRedisAsync("default")));
        Assert.Equal(("set", null), (await cache.InMemoryAsync("unset"), await cache.InRedisAsync("unset")));
        Assert.Equal(("set", "set"), (await cache.InMemoryAsync("none"), await cache.InRedisAsync("none")));
        Assert.Equal((null, "set"), (await cache.InMemoryAsync("other"), await cache.InRedisAsync("other")));
    }
}

public sealed class MicrosoftFlagsTests(StandaloneEngine engine) : FlagsContract(engine, HybridMakers.Microsoft), IClassFixture<StandaloneEngine>;

public sealed class StandaloneFlagsTests(StandaloneEngine engine) : FlagsContract(engine, HybridMakers.Ours), IClassFixture<StandaloneEngine>;

public sealed class PartitionedFlagsTests(PartitionedEngine engine) : FlagsContract(engine, HybridMakers.Ours), IClassFixture<PartitionedEngine>;

public sealed class EmbeddedFlagsTests(EmbeddedEngine engine) : FlagsContract(engine, HybridMakers.Ours), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryFlagsTests(InMemoryEngine engine) : FlagsContract(engine, HybridMakers.Ours), IClassFixture<InMemoryEngine>;
