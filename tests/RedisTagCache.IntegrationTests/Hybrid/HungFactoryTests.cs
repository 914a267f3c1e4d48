using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Factories that never return, or long after nobody wants their value, and that heed no token.</summary>
public sealed class HungFactoryTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(15); // far below LeaseTimeout
    private static readonly TimeSpan _hour = TimeSpan.FromHours(1);
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetOrCreateAsync_AllCallersLeave_NextCallerStartsOver(bool elsewhere)
    {
        await using var instance = NewInstance();
        await using var other = NewInstance();
        await other.Get<HybridCache>().SetAsync("warm", "v");
        var cache = instance.Get<HybridCache>();
        await cache.SetAsync("warm", "v");
        using var stop = new CancellationTokenSource();
        var (hung, started) = Hung();
        var calls = Enumerable.Range(0, 3).Select(_ => cache.GetOrCreateAsync("k", hung, cancellationToken: stop.Token).AsTask()).ToArray();
        await started;
        await stop.CancelAsync();
        foreach (var call in calls)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(_soon));
        Assert.Equal("next1", await (elsewhere ? other.Get<HybridCache>() : cache).GetOrCreateAsync("k", Source.Versions("next").ReadAsync).AsTask().WaitAsync(_soon));
    }

    /// <summary>What a factory has registered with its token is its own affair: neither its callers nor the disposal of the cache get its exceptions.</summary>
    [Fact]
    public async Task GetOrCreateAsync_CallbackOfTheTokenThrows_OldValueIsReturned()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<ITagCache>();
        await cache.SetAsync("k", "old", new CachePolicy { Lifetime = TimeSpan.FromMilliseconds(1), FailSafeWindow = _hour });
        var policy = new CachePolicy { Lifetime = _hour, FailSafeWindow = _hour };
        var calls = Enumerable.Range(0, 3).Select(_ => cache.GetOrCreateAsync("k", (_, stop) => HangAsync(stop), policy).AsTask());
        Assert.All(await Task.WhenAll(calls).WaitAsync(_soon), value => Assert.Equal("old", value));
    }

    [Fact]
    public async Task GetOrCreateAsync_CallbackOfTheTokenThrows_CallersThatLeaveAreCanceled()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        using var stop = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        var call = cache.GetOrCreateAsync("k", token => HangAsync(token, started), cancellationToken: stop.Token).AsTask();
        await started.Task.WaitAsync(_soon);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(_soon));
    }

    [Fact]
    public async Task DisposeAsync_CallbackOfARefreshThrows_Succeeds()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<ITagCache>();
        await cache.SetAsync("k", "old", new CachePolicy { Lifetime = TimeSpan.FromMilliseconds(1), StaleWindow = _hour });
        var started = new TaskCompletionSource();
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                Assert.Equal("old", await cache.GetOrCreateAsync("k", (_, stop) => HangAsync(stop, started), new CachePolicy { Lifetime = _hour, StaleWindow = _hour }));
                return started.Task.IsCompleted;
            },
            "it is refreshed");
        await instance.DisposeAsync();
    }

    private static ValueTask<string> HangAsync(CancellationToken stop, TaskCompletionSource? started = null)
    {
        stop.Register(static () => throw new InvalidOperationException("a callback"));
        started?.TrySetResult();
        return new(new TaskCompletionSource<string>().Task);
    }

    [Fact]
    public async Task GetOrCreateAsync_FactoriesThatAskForEachOther_AreAnswered()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        await cache.SetAsync("warm", "v");
        var (both, running, depth) = (new TaskCompletionSource(), 0, 0);
        var a = Task.Run(() => AskAsync("a"));
        var b = Task.Run(() => AskAsync("b"));
        Assert.EndsWith("end))", await a.WaitAsync(_soon), StringComparison.Ordinal);
        Assert.EndsWith("end))", await b.WaitAsync(_soon), StringComparison.Ordinal);

        async Task<string> AskAsync(string key) => await cache.GetOrCreateAsync(key, async _ =>
        {
            if (Interlocked.Increment(ref running) == 2)
                both.SetResult();
            await both.Task;
            return Interlocked.Increment(ref depth) > 3 ? "end))" : $"{key}({await AskAsync(key == "a" ? "b" : "a")}";
        });
    }

    [Fact]
    public async Task GetOrCreateAsync_FactoriesThatAskForEachOtherWithoutEnd_FailAndLeaveNothingBehind()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        await cache.SetAsync("warm", "v");
        using var stop = new CancellationTokenSource();
        var (both, running) = (new TaskCompletionSource(), 0);
        var calls = new[] { "a", "b" }.Select(key => Task.Run(() => AskAsync(key, stop.Token))).ToArray();
        foreach (var call in calls)
            await Assert.ThrowsAsync<InvalidOperationException>(() => call.WaitAsync(_soon));
        Assert.Equal("v1", await cache.GetOrCreateAsync("a", Source.Versions().ReadAsync).AsTask().WaitAsync(_soon));
        Assert.Equal("v1", await cache.GetOrCreateAsync("b", Source.Versions().ReadAsync).AsTask().WaitAsync(_soon));

        async Task<string> AskAsync(string key, CancellationToken cancellationToken) => await cache.GetOrCreateAsync(key, async _ =>
        {
            if (Interlocked.Increment(ref running) == 2)
                both.SetResult();
            await both.Task;
            return await AskAsync(key == "a" ? "b" : "a", default);
        }, cancellationToken: cancellationToken);
    }

    /// <summary>A factory whose callers have left waits for another value: it is no caller of that one any more.</summary>
    [Fact]
    public async Task GetOrCreateAsync_OnlyAnAbandonedFactoryWaits_NextCallerStartsOver()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        await cache.SetAsync("warm", "v");
        using var stop = new CancellationTokenSource();
        var (hung, started) = Hung();
        var joined = new TaskCompletionSource();
        var inner = cache.GetOrCreateAsync("inner", hung, cancellationToken: stop.Token).AsTask();
        await started;
        var outer = cache.GetOrCreateAsync("outer", async _ =>
        {
            var call = cache.GetOrCreateAsync("inner", hung, cancellationToken: CancellationToken.None); // not the token that it was given
            joined.SetResult();
            return await call;
        }, cancellationToken: stop.Token).AsTask();
        await joined.Task;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => inner.WaitAsync(_soon));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => outer.WaitAsync(_soon));
        Assert.Equal("v1", await cache.GetOrCreateAsync("inner", Source.Versions().ReadAsync).AsTask().WaitAsync(_soon));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetOrCreateAsync_LongerThanFactoryTimeout_NextCallerStartsOverAndTheLateValueIsNotCached(bool elsewhere)
    {
        await using var instance = NewInstance();
        await using var other = NewInstance();
        var (cache, next) = (instance.Get<HybridCache>(), elsewhere ? other.Get<HybridCache>() : instance.Get<HybridCache>());
        await next.SetAsync("warm", "v");
        var late = Source.HeldVersions("late");
        var call = cache.GetOrCreateAsync("k", late.ReadAsync).AsTask();
        await late.Started;
        Assert.Equal("next1", await next.GetOrCreateAsync("k", Source.Versions("next").ReadAsync, new HybridCacheEntryOptions { Expiration = _hour }).AsTask().WaitAsync(_soon));
        Assert.False(late.Token.IsCancellationRequested);
        late.Release();
        Assert.Equal("late1", await call.WaitAsync(_soon));
        Assert.Equal("next1", await next.CopyAsync("k"));
        Assert.Equal("next1", await cache.CopyAsync("k"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refresh_Hangs_NextRefreshStartsAfterFactoryTimeout(bool elsewhere)
    {
        await using var instance = NewInstance();
        await using var other = NewInstance();
        var (cache, next) = (instance.Get<ITagCache>(), elsewhere ? other.Get<ITagCache>() : instance.Get<ITagCache>());
        await cache.SetAsync("k", "old", new CachePolicy { Lifetime = TimeSpan.FromMilliseconds(1), StaleWindow = _hour });
        await Eventually.BecomesTrueAsync(async () => (await cache.TryGetAsync<string>("k")).IsStale, "the value is stale");
        var (hung, started) = Hung();
        var policy = new CachePolicy { Lifetime = _hour, RetryDelay = TimeSpan.FromMilliseconds(100) };
        Assert.Equal("old", await cache.GetOrCreateAsync("k", (_, stop) => hung(stop), policy));
        await started;
        await Eventually.BecomesTrueAsync(
            async () => await next.GetOrCreateAsync("k", static (_, _) => new ValueTask<string>("new"), policy) == "new", "another refresh begins");
    }

    [Fact]
    public async Task GetOrCreateAsync_HangsPastItsSoftTimeout_NextCallerStartsAfterFactoryTimeout()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<ITagCache>();
        await cache.SetAsync("k", "old", new CachePolicy { Lifetime = TimeSpan.FromMilliseconds(1), FailSafeWindow = _hour });
        await Eventually.BecomesTrueAsync(async () => !(await cache.TryGetAsync<string>("k")).HasValue, "its lifetime is over");
        var (hung, started) = Hung();
        var policy = new CachePolicy { Lifetime = _hour, RetryDelay = TimeSpan.FromMilliseconds(100), FactorySoftTimeout = TimeSpan.FromMilliseconds(50) };
        Assert.Equal("old", await cache.GetOrCreateAsync("k", (_, stop) => hung(stop), policy).AsTask().WaitAsync(_soon));
        await started;
        await Eventually.BecomesTrueAsync(
            async () => await cache.GetOrCreateAsync("k", static (_, _) => new ValueTask<string>("new"), policy).AsTask().WaitAsync(_soon) == "new", "another run begins");
    }

    [Fact]
    public async Task Factory_ThrowsAfterItWasGivenUp_LeavesNoUnobservedException()
    {
        var unobserved = new ConcurrentQueue<string>();
        EventHandler<UnobservedTaskExceptionEventArgs> handler = (_, e) =>
        {
            if (e.Exception.ToString().Contains(nameof(Factory_ThrowsAfterItWasGivenUp_LeavesNoUnobservedException), StringComparison.Ordinal))
                unobserved.Enqueue(e.Exception.ToString());
        };
        TaskScheduler.UnobservedTaskException += handler;
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        await GiveUpAsync(cache);
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        TaskScheduler.UnobservedTaskException -= handler;
        Assert.True(unobserved.IsEmpty, string.Join("\n----\n", unobserved));
    }

    private static async Task GiveUpAsync(HybridCache cache)
    {
        using var stop = new CancellationTokenSource();
        var (started, gate, thrown) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        var call = cache.GetOrCreateAsync<string>("k", async _ =>
        {
            started.SetResult();
            await gate.Task;
            thrown.SetResult();
            throw new InvalidDataException(nameof(Factory_ThrowsAfterItWasGivenUp_LeavesNoUnobservedException));
        }, cancellationToken: stop.Token).AsTask();
        await started.Task;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(_soon));
        gate.SetResult();
        await thrown.Task;
    }

    private static (Func<CancellationToken, ValueTask<string>> Factory, Task Started) Hung()
    {
        var (started, never) = (new TaskCompletionSource(), new TaskCompletionSource<string>());
        return (_ =>
        {
            started.TrySetResult();
            return new ValueTask<string>(never.Task);
        }, started.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    private Instance NewInstance() => Instance.Create(redis.ConnectionString, options =>
    {
        options.KeyPrefix = _prefix;
        options.FactoryTimeout = TimeSpan.FromSeconds(1);
    });
}
