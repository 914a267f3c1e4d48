using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Callers that join a value whose first caller cancels, and whose factory heeds that caller's token rather than the one it was given.</summary>
public sealed class CancelledLeaderTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetOrCreateAsync_LeaderCancels_OneJoinerStartsOver(bool areCancellable)
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        await cache.SetAsync("warm", "v");
        using var leaving = new CancellationTokenSource();
        using var staying = new CancellationTokenSource();
        var held = Source.HeldVersions();
        var leader = cache.GetOrCreateAsync("k", _ => held.ReadAsync(leaving.Token), cancellationToken: leaving.Token).AsTask();
        await held.Started;
        var source = Source.Versions("joiner");
        var joiners = Enumerable.Range(0, 20)
            .Select(_ => cache.GetOrCreateAsync("k", source.ReadAsync, cancellationToken: areCancellable ? staying.Token : default).AsTask()).ToArray();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
        Assert.All(await Task.WhenAll(joiners), value => Assert.Equal("joiner1", value));
        Assert.Equal(1, source.Runs);
    }

    /// <summary>That is a failure of the factory like any other: each of the callers would only wait for it again.</summary>
    [Fact]
    public async Task GetOrCreateAsync_FactoryTimesOutByItself_FailsEveryJoinedCaller()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        await cache.SetAsync("warm", "v");
        using var stop = new CancellationTokenSource();
        var source = new Source<string>(static _ => throw new TaskCanceledException("The request timed out.", new TimeoutException()), isHeld: true);
        var calls = Enumerable.Range(0, 10).Select(_ => cache.GetOrCreateAsync("k", source.ReadAsync, cancellationToken: stop.Token).AsTask()).ToArray();
        await source.Started;
        source.Release();
        foreach (var call in calls)
            await Assert.ThrowsAsync<TaskCanceledException>(() => call);
        Assert.Equal(1, source.Runs);
    }

    /// <summary>A caller that leaves has not failed: no old value is served for it, and nobody is kept from trying again.</summary>
    [Fact]
    public async Task GetOrCreateAsync_LeaderCancelsWithinTheFailSafeWindow_OneJoinerStartsOver()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<ITagCache>();
        var hour = TimeSpan.FromHours(1);
        await cache.SetAsync("k", "old", new CachePolicy { Lifetime = TimeSpan.FromMilliseconds(1), FailSafeWindow = hour });
        await Eventually.BecomesTrueAsync(async () => !(await cache.TryGetAsync<string>("k")).HasValue, "its lifetime is over");
        var policy = new CachePolicy { Lifetime = hour, RetryDelay = hour };
        using var leaving = new CancellationTokenSource();
        var held = Source.HeldVersions();
        var leader = cache.GetOrCreateAsync("k", (_, _) => held.ReadAsync(leaving.Token), policy, cancellationToken: leaving.Token).AsTask();
        await held.Started;
        var joiner = cache.GetOrCreateAsync("k", static (_, _) => new ValueTask<string>("new"), policy).AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
        Assert.Equal("new", await joiner);
    }

    private Instance NewInstance() => Instance.Create(redis.ConnectionString, options => options.KeyPrefix = _prefix);
}
