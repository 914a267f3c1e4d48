using RedisTagCache.TestSupport;
using RedisTagCache.TestSupport.Costs;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>A value that was computed is returned while its write is on its way to Redis.</summary>
public sealed class HandedOverValueTests : IAsyncLifetime
{
    /// <summary>So many misses let the cache expect the next one.</summary>
    private const int ManyMisses = 40;

    private static readonly TimeSpan _long = TimeSpan.FromSeconds(60);
    private static readonly CachePolicy _handedOver = new() { WaitForWrite = false };
    private static readonly CachePolicy _waiting = new() { WaitForWrite = true };
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task Value_WhoseWriteIsOnItsWay_IsReturned_AndStoredOnce(int length)
    {
        await using var instance = NewInstance();
        await using var other = NewInstance();
        var value = new string('v', length);
        await instance.Get<ITagCache>().GetOrCreateAsync("before", (_, _) => ValueTask.FromResult("v"), _waiting);
        var isRunning = new TaskCompletionSource();
        var hasJoined = new TaskCompletionSource();
        var led = instance.Get<ITagCache>().GetOrCreateAsync("k", async (_, _) =>
        {
            isRunning.SetResult();
            await hasJoined.Task;
            _server.Hang();
            return value;
        }, _handedOver).AsTask();
        await isRunning.Task;
        var joined = instance.Get<ITagCache>().GetOrCreateAsync("k", Never, _handedOver).AsTask();
        hasJoined.SetResult();
        Assert.Equal(value, await led.WaitAsync(_long / 2));

        // What joined may only take it once the instance knows that nothing has ended it.
        _server.Resume();
        Assert.Equal(value, await joined);
        Assert.Equal(value, await other.Get<ITagCache>().GetOrCreateAsync("k", Never, _handedOver));
        Assert.Equal(value, await instance.Get<ITagCache>().GetOrCreateAsync("k", Never, _handedOver));
    }

    [Fact]
    public async Task WaitForWrite_InThePolicyOrTheFactory_WaitsForRedis()
    {
        await using var instance = NewInstance();
        await instance.Get<ITagCache>().GetOrCreateAsync("before", (_, _) => ValueTask.FromResult("v"), _waiting);
        foreach (var isOfFactory in new[] { false, true })
        {
            var call = instance.Get<ITagCache>().GetOrCreateAsync("k" + isOfFactory, (context, _) =>
            {
                if (isOfFactory)
                    context.Policy = _waiting;
                _server.Hang();
                return ValueTask.FromResult("v");
            }, isOfFactory ? _handedOver : _waiting).AsTask();
            await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(TimeSpan.FromMilliseconds(300))); // longer than it takes to return
            _server.Resume();
            Assert.Equal("v", await call);
        }
    }

    [Fact]
    public async Task Write_ThatFails_IsCounted_AndTheValueComputedAgain()
    {
        await using var instance = Instance.Create(_server.ConnectionString);
        var cache = instance.Get<ITagCache>();
        await cache.GetOrCreateAsync("before", (_, _) => ValueTask.FromResult("v"), _waiting);
        var uncached = _handedOver with { LocalLifetime = TimeSpan.Zero };
        Assert.Equal("v1", await cache.GetOrCreateAsync("k", (_, _) =>
        {
            _server.Kill();
            return ValueTask.FromResult("v1");
        }, uncached));
        var statistics = instance.Get<Management.ITagCacheStatistics>();
        await Eventually.BecomesTrueAsync(() => statistics.GetSnapshot().Regions.Sum(static region => region.Skipped) > 0, "the write is counted");
        await _server.RestartAsync();
        await Eventually.BecomesTrueAsync(
            async () => await cache.GetOrCreateAsync("k", (_, _) => ValueTask.FromResult("v2"), uncached) == "v2" && await cache.TryGetAsync<string>("k", uncached) is { HasValue: true, Value: "v2" },
            "it is computed again and stored");
    }

    [Theory]
    [InlineData("evicted")]
    [InlineData("removed")]
    [InlineData("overwritten")]
    public async Task Change_RightAfterTheCall_Holds(string change)
    {
        await using var instance = NewInstance();
        await using var other = NewInstance();
        for (var i = 0; i < 200; i++)
        {
            var (cache, key) = (instance.Get<ITagCache>(), "k" + i);
            Assert.Equal("old", await cache.GetOrCreateAsync(key, (_, _) => ValueTask.FromResult("old"), _handedOver, [key]));
            var task = change switch
            {
                "evicted" => cache.EvictByTagAsync(key),
                "removed" => cache.RemoveAsync(key),
                _ => cache.SetAsync(key, "new", _handedOver, [key]),
            };
            await task;
            foreach (var reader in new[] { cache, other.Get<ITagCache>() })
                Assert.Equal("new", await reader.GetOrCreateAsync(key, (_, _) => ValueTask.FromResult("new"), _handedOver, [key]));
        }
    }

    [Fact]
    public async Task ManyMisses_TheNextOne_WaitsForOneRoundTrip_AndAnEntryThatIsThereIsFound()
    {
        await using var link = SlowLink.Start(_server.ConnectionString);
        await using var instance = NewInstance(link.ConnectionString);
        await using var other = NewInstance();
        var cache = instance.Get<ITagCache>();
        for (var i = 0; i < ManyMisses; i++)
            await cache.GetOrCreateAsync("miss" + i, (_, _) => ValueTask.FromResult("v"), _waiting);
        await other.Get<ITagCache>().GetOrCreateAsync("there", (_, _) => ValueTask.FromResult("v"), _waiting);
        Assert.Equal("v", await cache.GetOrCreateAsync("there", Never, _handedOver));

        var lookups = instance.Get<Management.ITagCacheStatistics>().GetSnapshot().Regions.Sum(static region => region.Misses);
        Assert.Equal(ManyMisses, lookups);
        link.Delay = TimeSpan.FromMilliseconds(100);
        var least = TimeSpan.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            await cache.GetOrCreateAsync("new" + i, (_, _) => ValueTask.FromResult("v"), _handedOver);
            var took = System.Diagnostics.Stopwatch.GetElapsedTime(start);
            least = took < least ? took : least;
        }

        Assert.Equal(1, (int)(least / link.Delay)); // the link never answers earlier
    }

    private static ValueTask<string> Never(CacheContext context, CancellationToken cancellationToken) => throw new InvalidOperationException("The value was expected.");

    private Instance NewInstance(string? connectionString = null) => Instance.Create(connectionString ?? _server.ConnectionString, static options =>
    {
        options.OperationTimeout = _long;
        options.KeyPrefix = "handed";
    });
}
