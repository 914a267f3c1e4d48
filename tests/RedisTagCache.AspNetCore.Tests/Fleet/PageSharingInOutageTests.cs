using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.OutputCaching.Leading;
using RedisTagCache.Leases;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>While Redis is unavailable, concurrent requests of a process share one rendering, and none is delayed by another one.</summary>
public sealed class PageSharingInOutageTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new();
    private RedisServer _server = null!;
    private int _rendered;
    private string _data = "old";
    private Hold _hold = new();

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _stop.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task RequestsThatComeTogether_ShareOneRendering(bool isKnown, bool isPlain)
    {
        await using var app = await StartAwayAsync(isKnown, isPlain);
        var requests = Enumerable.Range(0, 20).Select(_ => app.GetAsync("/page")).ToArray();
        await _hold.Entered;
        await WaitingAsync(app, 19);
        _hold.Release();
        Assert.All(await Task.WhenAll(requests), page => Assert.Equal("page 1 old", page));
        Assert.Equal(1, _rendered);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LeaderThatLeaves_IsFollowedByAnotherOne(bool isPlain)
    {
        await using var app = await StartAwayAsync(isKnown: true, isPlain);
        using var leaving = new CancellationTokenSource();
        var leader = app.Client.GetAsync("/page", leaving.Token);
        await _hold.Entered;
        var others = Enumerable.Range(0, 8).Select(_ => app.Client.GetAsync("/page")).ToArray();
        await WaitingAsync(app, 8);
        _hold = new Hold();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
        await WaitingAsync(app, 7);
        _hold.Release();
        foreach (var other in others)
            Assert.Equal(HttpStatusCode.OK, (await other).StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LeaderThatThrows_FailsAlone(bool isPlain)
    {
        await using var app = await StartAwayAsync(isKnown: true, isPlain);
        var leader = app.Client.GetAsync("/first-throws");
        await _hold.Entered;
        var others = Enumerable.Range(0, 8).Select(_ => app.Client.GetAsync("/first-throws")).ToArray();
        await WaitingAsync(app, 8);
        _hold.Release();
        Assert.Equal(HttpStatusCode.InternalServerError, (await leader).StatusCode);
        foreach (var other in others)
            Assert.Equal(HttpStatusCode.OK, (await other).StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RequestAfterAnEviction_DoesNotGetARenderingThatBeganBefore(bool isPlain)
    {
        await using var app = await StartAwayAsync(isKnown: true, isPlain);
        var before = app.GetAsync("/page");
        await _hold.Entered;
        _data = "new";
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await app.Pages.EvictByTagAsync("page", default));
        var after = Enumerable.Range(0, 8).Select(_ => app.GetAsync("/page")).ToArray();
        await WaitingAsync(app, 8);
        var first = _hold;
        _hold = new Hold();
        first.Release();
        Assert.Equal("page 1 old", await before);
        await WaitingAsync(app, 7);
        _hold.Release();
        Assert.All(await Task.WhenAll(after), page => Assert.Equal("page 2 new", page));
    }

    /// <summary>An instance without Redis hears of no evictions by others, so it serves nothing that was rendered before the request came.</summary>
    [Fact]
    public async Task Page_RedisAway_IsNotKept()
    {
        await using var app = await StartAwayAsync(isKnown: true, isPlain: false);
        _hold.Release();
        Assert.Equal("page 1 old", await app.GetAsync("/page"));
        Assert.Equal("page 2 old", await app.GetAsync("/page"));
    }

    private async Task<PageApp> StartAwayAsync(bool isKnown, bool isPlain)
    {
        var app = await PageApp.StartAsync(
            _server.ConnectionString,
            app =>
            {
                app.MapGet("/page", (Func<HttpContext, Task<string>>)RenderAsync).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag("page"));
                app.MapGet("/first-throws", async (HttpContext context) =>
                {
                    var page = await RenderAsync(context);
                    return _rendered == 1 ? throw new InvalidOperationException("The first one fails.") : page;
                }).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag("page"));
                app.MapGet("/other", () => "other").CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)));
            },
            pipeline: isPlain ? static app => app.UseOutputCache() : null);
        if (isKnown)
            await app.GetAsync("/other");
        _server.Kill();
        await Eventually.BecomesTrueAsync(async () =>
        {
            await app.GetAsync("/other");
            return !app.Services.GetRequiredService<ITagCacheLeases>().IsAvailable;
        }, "Redis counts as away");
        return app;
    }

    private async Task<string> RenderAsync(HttpContext context)
    {
        var name = context.Request.Path.Value!.TrimStart('/');
        var data = Volatile.Read(ref _data);
        var rendered = Interlocked.Increment(ref _rendered);
        var hold = Volatile.Read(ref _hold);
        hold.Enter();
        await hold.Released.WaitAsync(context.RequestAborted);
        return string.Create(CultureInfo.InvariantCulture, $"{name} {rendered} {data}");
    }

    private static Task<TimeSpan> WaitingAsync(PageApp app, int count) =>
        Eventually.BecomesTrueAsync(() => app.Services.GetRequiredService<PageLeases>().WaitingCount == count, $"{count} requests wait");
}
