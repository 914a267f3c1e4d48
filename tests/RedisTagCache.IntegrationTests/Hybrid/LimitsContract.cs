namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>What is too large is answered all the same, and not kept.</summary>
public abstract class LimitsContract(IEngine engine, IHybridMaker maker) : HybridSuite(engine, maker)
{
    [Theory]
    [InlineData(1_024, null)]
    [InlineData(20, 20)]
    public async Task GetOrCreate_WithAKeyAboveTheLimit_RunsTheFactoryEachTime_AndKeepsNothing(int length, int? limit)
    {
        var cache = NewCache(setup => setup with { MaximumKeyLength = limit });
        var (longest, tooLong) = (new string('k', length), new string('k', length + 1));
        var (source, other) = (Source.Versions(), Source.Versions("other"));
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal("v" + i, await cache.GetOrCreateAsync(tooLong, source.ReadAsync));
            Assert.Equal("other1", await cache.GetOrCreateAsync(longest, other.ReadAsync));
        }

        await ReachesRedisAsync(cache, longest, "other1");
        Assert.Null(await cache.PeekAsync<string>(tooLong));
        Assert.Empty(KeysWith(tooLong));
    }

    [Fact]
    public async Task SetAndRemove_WithAKeyAboveTheLimit_DoNotFail()
    {
        var tooLong = new string('k', 1_025);
        await A.SetAsync(tooLong, "v");
        await SettleAsync(A);
        Assert.Null(await A.PeekAsync<string>(tooLong));
        await A.RemoveAsync(tooLong);
    }

    [Fact]
    public async Task GetOrCreate_OfAPayloadAboveTheLimit_GivesItAndKeepsNothingInRedis()
    {
        var cache = NewCache(setup => setup with { MaximumPayloadBytes = 1_000 });
        var source = new Source<byte[]>(run => [(byte)run, .. new byte[1_000]]);
        Assert.Equal(1, (await cache.GetOrCreateAsync("large", source.ReadAsync))[0]);
        await cache.SetAsync("large set", new string('x', 1_001));
        await SettleAsync(cache);
        Assert.Null(await B.PeekAsync<byte[]>("large"));
        Assert.Null(await B.PeekAsync<string>("large set"));
    }

    [Fact]
    public async Task GetOrCreate_OfAPayloadBelowTheLimit_KeepsIt()
    {
        var cache = NewCache(setup => setup with { MaximumPayloadBytes = 1_000 });
        var source = new Source<string>(run => run + new string('x', 900)); // Microsoft counts its header, too
        for (var i = 0; i < 3; i++)
            Assert.StartsWith("1xxx", await cache.GetOrCreateAsync("k", source.ReadAsync), StringComparison.Ordinal);
        await ReachesRedisAsync(cache, "k", "1" + new string('x', 900));
    }

    [Fact]
    public async Task GetOrCreate_OfAMegabyte_IsTheDefaultLimit()
    {
        await A.SetAsync("fits", new string('x', 1_048_000));
        Assert.Equal(1_048_000, (await B.PeekAsync<string>("fits"))?.Length);
        await A.SetAsync("large", new string('x', (1024 * 1024) + 1));
        await SettleAsync(A);
        Assert.Null(await B.PeekAsync<string>("large"));
    }

    [Fact]
    public async Task JoinedCallersOfAPayloadAboveTheLimit_AllGetIt()
    {
        var cache = NewCache(setup => setup with { MaximumPayloadBytes = 1_000 });
        await cache.GetOrCreateAsync("other", Source.Versions().ReadAsync); // connected: from here on, each caller has joined when its call returns
        var source = new Source<byte[]>(run => [(byte)run, .. new byte[2_000]], isHeld: true);
        var calls = Enumerable.Range(0, 20).Select(_ => cache.GetOrCreateAsync("large", source.ReadAsync).AsTask()).ToArray();
        await source.Started;
        source.Release();
        Assert.All(await Task.WhenAll(calls), value => Assert.Equal((1, 2_001), (value[0], value.Length)));
    }
}

public sealed class MicrosoftLimitsTests(StandaloneEngine engine) : LimitsContract(engine, HybridMakers.Microsoft), IClassFixture<StandaloneEngine>;

public sealed class StandaloneLimitsTests(StandaloneEngine engine) : LimitsContract(engine, HybridMakers.Ours), IClassFixture<StandaloneEngine>;

public sealed class PartitionedLimitsTests(PartitionedEngine engine) : LimitsContract(engine, HybridMakers.Ours), IClassFixture<PartitionedEngine>;

public sealed class EmbeddedLimitsTests(EmbeddedEngine engine) : LimitsContract(engine, HybridMakers.Ours), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryLimitsTests(InMemoryEngine engine) : LimitsContract(engine, HybridMakers.Ours), IClassFixture<InMemoryEngine>;
