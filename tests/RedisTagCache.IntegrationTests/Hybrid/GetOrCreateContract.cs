using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>The ways to ask for a value, and to put one there.</summary>
public abstract class GetOrCreateContract(IEngine engine, IHybridMaker maker) : HybridSuite(engine, maker)
{
    [Fact]
    public async Task GetOrCreate_OfAKeyNeverSeen_RunsTheFactoryOnce_AndGivesItsValueFromThenOn()
    {
        var source = Source.Versions();
        for (var i = 0; i < 5; i++)
            Assert.Equal("v1", await A.GetOrCreateAsync("k", source.ReadAsync));
        Assert.Equal(1, source.Runs);
    }

    [Fact]
    public async Task GetOrCreate_OnAnotherInstance_GivesTheValueFromRedis()
    {
        Assert.Equal("v1", await A.GetOrCreateAsync("k", Source.Versions().ReadAsync));
        await ReachesRedisAsync(B, "k", "v1");
        var source = Source.Versions("other");
        Assert.Equal("v1", await B.GetOrCreateAsync("k", source.ReadAsync));
        Assert.Equal("v1", await B.InMemoryAsync("k"));
        Assert.Equal(0, source.Runs);
    }

    [Fact]
    public async Task GetOrCreate_WithState_HandsItToTheFactory()
    {
        var value = await A.GetOrCreateAsync("k", 42, static (state, _) => new ValueTask<string>("state " + state));
        Assert.Equal("state 42", value);
        Assert.Equal("state 42", await A.GetOrCreateAsync("k", 43, static (state, _) => new ValueTask<string>("state " + state)));
    }

    [Fact]
    public async Task GetOrCreate_WithASpan_IsTheSameKeyAsTheString()
    {
        var source = Source.Versions();
        var buffer = "xxkey:1yy".ToCharArray();
        Assert.Equal("v1", await A.GetOrCreateAsync(buffer.AsSpan(2, 5), source.ReadAsync));
        Array.Fill(buffer, '-'); // the caller's buffer is the caller's again
        Assert.Equal("v1", await A.GetOrCreateAsync("key:1", source.ReadAsync));
        Assert.Equal("v1", await A.GetOrCreateAsync("key:1".AsSpan(), source, static (state, stop) => state.ReadAsync(stop)));
        Assert.Equal(1, source.Runs);
    }

    [Fact]
    public async Task GetOrCreate_WithAnInterpolatedKey_IsTheSameKeyAsTheString()
    {
        var (source, name, id) = (Source.Versions(), "key", 1);
        Assert.Equal("v1", await A.GetOrCreateAsync($"{name}:{id}", source.ReadAsync));
        Assert.Equal("v1", await A.GetOrCreateAsync($"{name}:{id}", source, static (state, stop) => state.ReadAsync(stop)));
        Assert.Equal("v1", await A.GetOrCreateAsync("key:1", source.ReadAsync));
        Assert.Equal("v2", await A.GetOrCreateAsync($"{name}:{id + 1}", source.ReadAsync));
    }

    [Fact]
    public async Task GetOrCreate_WithOptionsAndTagsInEveryForm_IsCached()
    {
        var (source, options, tags) = (Source.Versions(), new HybridCacheEntryOptions { Expiration = TimeSpan.FromMinutes(1) }, new[] { "t" });
        Assert.Equal("v1", await A.GetOrCreateAsync("k", source.ReadAsync, options, tags));
        Assert.Equal("v1", await A.GetOrCreateAsync("k".AsSpan(), source.ReadAsync, options, tags));
        Assert.Equal("v1", await A.GetOrCreateAsync($"{'k'}", source.ReadAsync, options, tags));
        Assert.Equal("v1", await A.GetOrCreateAsync("k", source, static (state, stop) => state.ReadAsync(stop), options, tags));
    }

    [Fact]
    public async Task Set_OfAValue_IsWhatEveryInstanceGives()
    {
        await A.SetAsync("k", "set");
        Assert.Equal("set", await A.GetOrCreateAsync("k", Source.Versions().ReadAsync));
        await ReachesRedisAsync(B, "k", "set");
        Assert.Equal("set", await B.GetOrCreateAsync("k", Source.Versions().ReadAsync));
    }

    [Fact]
    public async Task Set_OverAValue_ReplacesIt()
    {
        await A.GetOrCreateAsync("k", Source.Versions().ReadAsync);
        await ReachesRedisAsync(A, "k", "v1");
        await A.SetAsync("k", "set");
        Assert.Equal("set", await A.InMemoryAsync("k"));
        await ReachesRedisAsync(B, "k", "set");
    }

    [Fact]
    public async Task GetOrCreate_WithATokenCancelledBefore_Throws()
    {
        var source = Source.Versions();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await A.GetOrCreateAsync("k", source.ReadAsync, cancellationToken: new CancellationToken(canceled: true)));
        var value = await A.GetOrCreateAsync("k", source.ReadAsync); // and leaves nothing broken behind
        Assert.Equal("v" + source.Runs, value);
    }
}

public sealed class MicrosoftGetOrCreateTests(StandaloneEngine engine) : GetOrCreateContract(engine, HybridMakers.Microsoft), IClassFixture<StandaloneEngine>;

public sealed class StandaloneGetOrCreateTests(StandaloneEngine engine) : GetOrCreateContract(engine, HybridMakers.Ours), IClassFixture<StandaloneEngine>;

public sealed class PartitionedGetOrCreateTests(PartitionedEngine engine) : GetOrCreateContract(engine, HybridMakers.Ours), IClassFixture<PartitionedEngine>;

public sealed class ClusterGetOrCreateTests(ClusterEngine engine) : GetOrCreateContract(engine, HybridMakers.Ours), IClassFixture<ClusterEngine>;

public sealed class EmbeddedGetOrCreateTests(EmbeddedEngine engine) : GetOrCreateContract(engine, HybridMakers.Ours), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryGetOrCreateTests(InMemoryEngine engine) : GetOrCreateContract(engine, HybridMakers.Ours), IClassFixture<InMemoryEngine>;
