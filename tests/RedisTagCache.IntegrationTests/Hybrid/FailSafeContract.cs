using System.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Old values returned if the factory fails or takes too long.</summary>
public abstract class FailSafeContract(IEngine engine) : TagCacheSuite(engine)
{
    private static readonly CachePolicy _policy = new() { Lifetime = TimeSpan.FromMilliseconds(200), FailSafeWindow = Hour, RetryDelay = Hour };

    [Fact]
    public async Task Factory_ThatThrows_WithinTheWindow_IsAnsweredByTheOld()
    {
        await OldAsync(_policy);
        Assert.Equal("old", await Cache.GetOrCreateAsync("k", Throws, _policy));
        Assert.Equal("old", await Other.GetOrCreateAsync("k", Throws, _policy));
    }

    [Fact]
    public async Task Factory_ThatThrows_WithoutAnOld_ThrowsAtTheCaller()
    {
        await Assert.ThrowsAsync<InvalidDataException>(async () => await Cache.GetOrCreateAsync("k", Throws, _policy));
        await Assert.ThrowsAsync<InvalidDataException>(async () => await Cache.GetOrCreateAsync("k", Throws, _policy));
        Assert.Equal("v1", await Cache.GetOrCreateAsync("k", From(Source.Versions()), _policy));
    }

    [Fact]
    public async Task Factory_ThatSucceeds_WithinTheWindow_IsWaitedFor()
    {
        await OldAsync(_policy);
        Assert.Equal("v1", await Cache.GetOrCreateAsync("k", From(Source.Versions()), _policy with { Lifetime = Hour }));
        Assert.Equal("v1", (await Other.TryGetAsync<string>("k")).Value);
    }

    [Fact]
    public async Task RetryDelay_HoldsForEveryInstance()
    {
        await OldAsync(_policy);
        var source = new Source<string>(_ => throw new InvalidDataException());
        for (var i = 0; i < 20; i++)
            Assert.Equal("old", await (i % 2 == 0 ? Cache : Other).GetOrCreateAsync("k", From(source), _policy));
        Assert.Equal(1, source.Runs);
    }

    [Fact]
    public async Task RetryDelay_ThatIsOver_LetsTheFactoryTryAgain()
    {
        var policy = _policy with { RetryDelay = TimeSpan.FromMilliseconds(500) };
        await OldAsync(policy);
        var source = new Source<string>(run => run == 1 ? throw new InvalidDataException() : "new");
        Assert.Equal("old", await Cache.GetOrCreateAsync("k", From(source), policy));
        var waited = await Eventually.BecomesTrueAsync(async () => await Cache.GetOrCreateAsync("k", From(source), policy with { Lifetime = Hour }) == "new", "it was tried again");
        Assert.InRange(waited.TotalMilliseconds, 300, 5_000);
        Assert.Equal(2, source.Runs);
    }

    [Fact]
    public async Task TryGet_WithinTheFailSafeWindowAlone_GivesNothing()
    {
        await OldAsync(_policy);
        Assert.False((await Cache.TryGetAsync<string>("k")).HasValue);
    }

    [Fact]
    public async Task FactorySoftTimeout_GivesTheOld_AndTheFactoryGoesOn()
    {
        var policy = _policy with { FactorySoftTimeout = TimeSpan.FromMilliseconds(300) };
        await OldAsync(policy);
        var source = new Source<string>(_ => "new", isHeld: true);
        var watch = Stopwatch.StartNew();
        Assert.Equal("old", await Cache.GetOrCreateAsync("k", From(source), policy with { Lifetime = Hour }).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.True(watch.Elapsed > TimeSpan.FromMilliseconds(200), $"It waited {watch.Elapsed}.");
        Assert.False(source.Token.IsCancellationRequested);
        source.Release();
        await BecomesAsync(Cache, "k", "new");
        await BecomesAsync(Other, "k", "new");
        Assert.Equal(1, source.Runs);
    }

    [Fact]
    public async Task FactorySoftTimeout_WithoutAnOld_Waits()
    {
        var source = Source.HeldVersions();
        var call = Cache.GetOrCreateAsync("k", From(source), _policy with { FactorySoftTimeout = TimeSpan.FromMilliseconds(1) }).AsTask();
        await source.Started;
        await Cache.SetAsync("other", "v"); // a round trip is longer than the timeout
        Assert.False(call.IsCompleted);
        source.Release();
        Assert.Equal("v1", await call);
    }

    [Fact]
    public async Task FailSafeWindow_ThatIsOver_ThrowsAtTheCaller()
    {
        var policy = new CachePolicy { Lifetime = TimeSpan.FromMilliseconds(100), FailSafeWindow = TimeSpan.FromMilliseconds(300) };
        await Cache.SetAsync("k", "old", policy);
        await Eventually.BecomesTrueAsync(() => EntryKeys().Length == 0, "all windows are over");
        await Assert.ThrowsAsync<InvalidDataException>(async () => await Cache.GetOrCreateAsync("k", Throws, policy));
    }

    // Past its lifetime and stale window: only the fail-safe window is left.
    private async Task OldAsync(CachePolicy policy)
    {
        await Cache.SetAsync("k", "old", policy);
        Assert.InRange(TimeToLive().TotalMinutes, 59, 60.1);
        await Eventually.BecomesTrueAsync(async () => !(await Cache.TryGetAsync<string>("k")).HasValue, "its lifetime is over");
    }
}

public sealed class StandaloneFailSafeTests(StandaloneEngine engine) : FailSafeContract(engine), IClassFixture<StandaloneEngine>;

public sealed class PartitionedFailSafeTests(PartitionedEngine engine) : FailSafeContract(engine), IClassFixture<PartitionedEngine>;

public sealed class EmbeddedFailSafeTests(EmbeddedEngine engine) : FailSafeContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryFailSafeTests(InMemoryEngine engine) : FailSafeContract(engine), IClassFixture<InMemoryEngine>;
