using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Testing.Tests;

/// <summary>Time that a test moves ends what is cached: values, in Redis and in memory, sliding entries, stale windows, and pages.</summary>
public sealed class InMemoryClockTests : IAsyncLifetime
{
    private readonly InMemoryRedis _server = new();
    private TestApp _app = null!;
    private int _computed;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync(_server);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Value_OfHybridCache_EndsWithItsLifetime()
    {
        var options = new HybridCacheEntryOptions { Expiration = TimeSpan.FromHours(1), LocalCacheExpiration = TimeSpan.FromHours(1) };
        Assert.Equal(1, await GetAsync());
        _server.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(1, await GetAsync());
        _server.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, await GetAsync());

        async Task<int> GetAsync() => await _app.Hybrid.GetOrCreateAsync("k", _ => ValueTask.FromResult(++_computed), options);
    }

    [Fact]
    public async Task Value_WithAStaleWindow_IsServedWhileItIsRefreshed()
    {
        var policy = new CachePolicy { Lifetime = TimeSpan.FromMinutes(10), StaleWindow = TimeSpan.FromMinutes(10) };
        Assert.Equal(1, await GetAsync());
        _server.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(1, await GetAsync());
        await Eventually.BecomesTrueAsync(async () => await GetAsync() == 2, "the value is refreshed");
        _server.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal(3, await GetAsync());

        async Task<int> GetAsync() => await _app.Values.GetOrCreateAsync("k", (_, _) => ValueTask.FromResult(Interlocked.Increment(ref _computed)), policy);
    }

    [Fact]
    public async Task Entry_WithSlidingExpiration_EndsWhenItIsNotRead()
    {
        var cache = _app.Services.GetRequiredService<IDistributedCache>();
        await cache.SetStringAsync("k", "v", new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(20), AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) });
        for (var i = 0; i < 3; i++)
        {
            _server.Advance(TimeSpan.FromMinutes(15));
            Assert.Equal("v", await cache.GetStringAsync("k"));
        }

        _server.Advance(TimeSpan.FromMinutes(15));
        Assert.Null(await cache.GetStringAsync("k"));
        await cache.SetStringAsync("k", "v", new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(20) });
        _server.Advance(TimeSpan.FromMinutes(20));
        Assert.Null(await cache.GetStringAsync("k"));
    }

    [Fact]
    public async Task Page_EndsWithItsLifetime()
    {
        Assert.Equal("1: 1", await _app.GetAsync("/pages/1"));
        _server.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal("1: 1", await _app.GetAsync("/pages/1"));
        _server.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("1: 2", await _app.GetAsync("/pages/1"));
    }

    [Fact]
    public async Task Page_WithAStaleWindow_IsServedWhileItIsRendered()
    {
        Assert.Equal("1: 1", await _app.GetAsync("/stale/1"));
        _server.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal("1: 1", await _app.GetAsync("/stale/1"));
        await Eventually.BecomesTrueAsync(async () => await _app.GetAsync("/stale/1") == "1: 2", "the page is refreshed");
        _server.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal("1: 3", await _app.GetAsync("/stale/1"));
    }

    /// <summary>The clock moves by a day for each call, while polls and calls are on their way.</summary>
    [Fact]
    public async Task Advance_DuringCalls_FiresNoTimeout()
    {
        using var stop = new CancellationTokenSource();
        var moving = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                _server.Advance(TimeSpan.FromDays(1));
                await Task.Delay(1, CancellationToken.None);
            }
        });
        _server.Latency = TimeSpan.FromMilliseconds(20);
        for (var i = 0; i < 20; i++)
            await _app.Values.EvictByTagAsync("t" + i);
        await stop.CancelAsync();
        await moving;
        Assert.DoesNotContain(_app.Logs.GetSnapshot(), static line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
    }
}
