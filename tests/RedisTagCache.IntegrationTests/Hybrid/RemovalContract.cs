using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>What is removed by key, as seen by the instance that removed it and by those that have no copy.</summary>
public abstract class RemovalContract(IEngine engine, IHybridMaker maker) : HybridSuite(engine, maker)
{
    [Fact]
    public async Task Remove_RemovesTheEntryFromBothLevels_AndNoOther()
    {
        await A.SetAsync("k", "v");
        await A.SetAsync("other", "v");
        await A.RemoveAsync("k");
        Assert.Equal((null, null, null), (await A.InMemoryAsync("k"), await A.InRedisAsync("k"), await B.PeekAsync<string>("k")));
        Assert.Equal(("v", "v"), (await A.InMemoryAsync("other"), await B.PeekAsync<string>("other")));
    }

    [Fact]
    public async Task Remove_OfSeveral_RemovesEach()
    {
        foreach (var key in new[] { "one", "two", "three" })
            await A.SetAsync(key, "v");
        await A.RemoveAsync(["one", "absent", "two", "one"]);
        Assert.Equal((null, null), (await A.PeekAsync<string>("one"), await A.PeekAsync<string>("two")));
        Assert.Equal((null, null), (await B.PeekAsync<string>("one"), await B.PeekAsync<string>("two")));
        Assert.Equal("v", await A.PeekAsync<string>("three"));
    }

    [Fact]
    public async Task Remove_OfNothing_RemovesNothing()
    {
        await A.SetAsync("k", "v");
        await A.RemoveAsync((IEnumerable<string>)null!);
        await A.RemoveAsync([]);
        await A.RemoveAsync("absent");
        await A.RemoveAsync(["K", "k ", "*"]);
        Assert.Equal(("v", "v"), (await A.InMemoryAsync("k"), await B.PeekAsync<string>("k")));
    }

    [Fact]
    public async Task Remove_OfAnEntryInRedisAlone_RemovesIt()
    {
        await A.SetAsync("k", "v", new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableLocalCache });
        await B.RemoveAsync("k");
        Assert.Null(await A.PeekAsync<string>("k"));
    }

    [Fact]
    public async Task Remove_ThenGetOrCreate_CachesTheNewValue()
    {
        var source = Source.Versions();
        for (var i = 1; i <= 5; i++)
        {
            for (var again = 0; again < 3; again++)
                Assert.Equal("v" + i, await A.GetOrCreateAsync("k", source.ReadAsync));
            await ReachesRedisAsync(A, "k", "v" + i);
            await A.RemoveAsync("k");
        }
    }
}

public sealed class MicrosoftRemovalTests(StandaloneEngine engine) : RemovalContract(engine, HybridMakers.Microsoft), IClassFixture<StandaloneEngine>;

public sealed class StandaloneRemovalTests(StandaloneEngine engine) : RemovalContract(engine, HybridMakers.Ours), IClassFixture<StandaloneEngine>;

public sealed class PartitionedRemovalTests(PartitionedEngine engine) : RemovalContract(engine, HybridMakers.Ours), IClassFixture<PartitionedEngine>;

public sealed class ClusterRemovalTests(ClusterEngine engine) : RemovalContract(engine, HybridMakers.Ours), IClassFixture<ClusterEngine>;

public sealed class EmbeddedRemovalTests(EmbeddedEngine engine) : RemovalContract(engine, HybridMakers.Ours), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryRemovalTests(InMemoryEngine engine) : RemovalContract(engine, HybridMakers.Ours), IClassFixture<InMemoryEngine>;
