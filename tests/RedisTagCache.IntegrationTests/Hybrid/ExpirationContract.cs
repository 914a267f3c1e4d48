using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>How long values are kept, in Redis and in memory.</summary>
public abstract class ExpirationContract(IEngine engine, IHybridMaker maker) : HybridSuite(engine, maker)
{
    private static readonly TimeSpan _short = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan _twoSeconds = TimeSpan.FromSeconds(2); // Microsoft's Redis cache counts in whole ones
    private static readonly TimeSpan _long = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task GetOrCreate_PastItsExpiration_RunsTheFactoryAgain()
    {
        var source = Source.Versions();
        var options = new HybridCacheEntryOptions { Expiration = _short };
        Assert.Equal("v1", await A.GetOrCreateAsync("k", source.ReadAsync, options));
        var lived = await Eventually.BecomesTrueAsync(async () => await A.GetOrCreateAsync("k", source.ReadAsync, options) == "v2", "it expired");
        Assert.InRange(lived.TotalMilliseconds, 400, 5_000); // though it was read all the time
    }

    [Fact]
    public async Task Expiration_EndsTheEntryInRedisToo()
    {
        await A.SetAsync("k", "v", new HybridCacheEntryOptions { Expiration = _twoSeconds, LocalCacheExpiration = _long });
        await ReachesRedisAsync(B, "k", "v");
        var lived = await Eventually.BecomesTrueAsync(async () => await B.InRedisAsync("k") is null && await A.InMemoryAsync("k") is null, "it expired");
        Assert.InRange(lived.TotalMilliseconds, 700, 6_000);
    }

    [Fact]
    public async Task LocalCacheExpiration_EndsTheCopyAlone()
    {
        var source = Source.Versions();
        var options = new HybridCacheEntryOptions { Expiration = _long, LocalCacheExpiration = _short };
        await A.GetOrCreateAsync("k", source.ReadAsync, options);
        Assert.Equal("v1", await A.InMemoryAsync("k"));
        var lived = await Eventually.BecomesTrueAsync(async () => await A.InMemoryAsync("k") is null, "the copy expired");
        Assert.InRange(lived.TotalMilliseconds, 400, 5_000);
        Assert.Equal("v1", await A.GetOrCreateAsync("k", source.ReadAsync, options));
        Assert.Equal("v1", await A.InMemoryAsync("k"));
        Assert.Equal(1, source.Runs);
    }

    [Fact]
    public async Task LocalCacheExpiration_OfAReader_NeverOutlivesTheEntryInRedis()
    {
        await A.GetOrCreateAsync("k", static _ => new ValueTask<string>("v"), new HybridCacheEntryOptions { Expiration = _twoSeconds });
        await ReachesRedisAsync(A, "k", "v");
        var reader = new HybridCacheEntryOptions { Expiration = _long, LocalCacheExpiration = _long };
        Assert.Equal("v", await B.GetOrCreateAsync<string>("k", static _ => throw new InvalidOperationException("It is in Redis."), reader));
        Assert.Equal("v", await B.InMemoryAsync("k"));
        var lived = await Eventually.BecomesTrueAsync(async () => await B.InMemoryAsync("k") is null, "the copy ended with the entry", TimeSpan.FromSeconds(8));
        Assert.InRange(lived.TotalMilliseconds, 500, 5_000);
    }

    [Fact]
    public async Task Defaults_HoldForCallsThatSayNothing()
    {
        var cache = NewCache(setup => setup with { Defaults = new HybridCacheEntryOptions { Expiration = _twoSeconds } });
        await cache.SetAsync("own", "v", new HybridCacheEntryOptions { Expiration = _long });
        await SeenInRedisAsync("silent", cache, options: null);
        await SeenInRedisAsync("partial", cache, new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.None });
        await Eventually.BecomesTrueAsync(async () => await B.InRedisAsync("silent") is null && await B.InRedisAsync("partial") is null, "both took the default");
        Assert.Equal("v", await B.InRedisAsync("own"));
    }

    [Fact]
    public async Task DefaultLocalCacheExpiration_HoldsForCallsThatSayNothing()
    {
        var cache = NewCache(setup => setup with { Defaults = new HybridCacheEntryOptions { Expiration = _long, LocalCacheExpiration = _short } });
        await cache.SetAsync("k", "v");
        Assert.Equal("v", await cache.InMemoryAsync("k"));
        await Eventually.BecomesTrueAsync(async () => await cache.InMemoryAsync("k") is null, "the copy took the default");
        Assert.Equal("v", await cache.InRedisAsync("k"));
    }

    [Fact]
    public async Task Set_OverAnEntry_RestartsItsLifetime()
    {
        await A.SetAsync("k", "old", new HybridCacheEntryOptions { Expiration = _twoSeconds });
        await A.SetAsync("k", "new", new HybridCacheEntryOptions { Expiration = _long });
        await SeenInRedisAsync("witness", A, new HybridCacheEntryOptions { Expiration = _twoSeconds });
        await Eventually.BecomesTrueAsync(async () => await B.InRedisAsync("witness") is null, "one as old is gone");
        Assert.Equal("new", await A.InMemoryAsync("k"));
        await ReachesRedisAsync(B, "k", "new");
    }

    /// <summary>Writes a value that lives for two seconds, again where a busy machine takes longer than that to read it.</summary>
    private Task<TimeSpan> SeenInRedisAsync(string key, HybridCache cache, HybridCacheEntryOptions? options) => Eventually.BecomesTrueAsync(
        async () =>
        {
            await cache.SetAsync(key, "v", options);
            return await B.InRedisAsync(key) == "v";
        },
        "it is in Redis while it lives");
}

public sealed class MicrosoftExpirationTests(StandaloneEngine engine) : ExpirationContract(engine, HybridMakers.Microsoft), IClassFixture<StandaloneEngine>;

public sealed class StandaloneExpirationTests(StandaloneEngine engine) : ExpirationContract(engine, HybridMakers.Ours), IClassFixture<StandaloneEngine>;

public sealed class PartitionedExpirationTests(PartitionedEngine engine) : ExpirationContract(engine, HybridMakers.Ours), IClassFixture<PartitionedEngine>;

public sealed class EmbeddedExpirationTests(EmbeddedEngine engine) : ExpirationContract(engine, HybridMakers.Ours), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryExpirationTests(InMemoryEngine engine) : ExpirationContract(engine, HybridMakers.Ours), IClassFixture<InMemoryEngine>;
