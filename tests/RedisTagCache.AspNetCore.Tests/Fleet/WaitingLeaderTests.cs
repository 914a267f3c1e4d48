using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>
/// Requests that wait for a rendering which began before they did, while the page is evicted once more. One of them then renders it: those that came since
/// the second eviction can use what it renders.
/// </summary>
[Collection(Quiet.Name)]
public sealed class WaitingLeaderTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly TimeSpan _age = TimeSpan.FromSeconds(2);

    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private readonly GatedLookups _lookups = new();
    private readonly HeldPage _page = new();

    [Fact]
    public async Task RequestThatHasWaited_AndReadNothingBefore_RendersForThoseThatCameSince()
    {
        await using var a = await StartAsync(readsBefore: false);
        await using var b = await StartAsync(readsBefore: false);
        using var ending = _page.EndWithTest();
        var (first, early, waiting) = await WaitAsync(a, b);
        await EvictAsync(b);
        var second = _page.HoldNext();
        first.Release();
        await early;
        await second.Entered;

        var since = b.GetAsync("/page");
        await HasWaiterAsync();
        second.Release();
        Assert.Equal("2", await waiting);
        Assert.Equal("2", await since);
        Assert.Equal(2, _page.Rendered);
    }

    [Fact]
    public async Task RequestThatHasWaited_AndMayHaveReadBefore_LetsTheNewestRender()
    {
        await using var a = await StartAsync(readsBefore: true);
        await using var b = await StartAsync(readsBefore: true, _lookups.AddTo);
        _lookups.Open();
        using var ending = _page.EndWithTest();
        var begin = Stopwatch.GetTimestamp();
        var (first, early, waiting) = await WaitAsync(a, b);
        await EvictAsync(b);
        await Eventually.BecomesTrueAsync(() => Stopwatch.GetElapsedTime(begin) > _age, "it has waited for long");
        var second = _page.HoldNext();
        var newest = b.GetAsync("/page");
        await Eventually.BecomesTrueAsync(() => _lookups.Lookups == 1, "the newest looks up");
        first.Release();
        await early;
        await second.Entered;

        second.Release();
        Assert.Equal("2", await newest);
        Assert.Equal("2", await waiting);
        Assert.Equal(2, _page.Rendered);
    }

    /// <summary>Has a page rendered, evicts it, and has a request wait that came after that.</summary>
    private async Task<(Hold First, Task<string> Early, Task<string> Waiting)> WaitAsync(PageApp a, PageApp b)
    {
        var first = _page.HoldNext();
        var early = a.GetAsync("/page");
        await first.Entered;
        await EvictAsync(b);
        var waiting = a.GetAsync("/page");
        await HasWaiterAsync();
        return (first, early, waiting);
    }

    private Task EvictAsync(PageApp app) => _page.ChangeAsync(() => app.Pages.EvictByTagAsync("pages", CancellationToken.None).AsTask());

    /// <summary>Waits until a request waits for the lease of the page.</summary>
    private async Task HasWaiterAsync() => await Eventually.BecomesTrueAsync(
        async () =>
        {
            var database = redis.Connection.GetDatabase();
            foreach (var key in redis.Connection.GetServers()[0].Keys(pattern: $"*{_prefix}*:l:*"))
            {
                if (await database.HashExistsAsync(key, "waiters"))
                    return true;
            }

            return false;
        },
        "a request waits");

    private Task<PageApp> StartAsync(bool readsBefore, Action<IServiceCollection>? services = null) => PageApp.StartAsync(
        redis.ConnectionString,
        app => app.MapGet("/page", () => _page.RenderAsync()).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag("pages")),
        options => options.KeyPrefix = _prefix,
        services,
        pipeline: app =>
        {
            if (readsBefore)
            {
                app.Use((context, next) =>
                {
                    _ = context.RequestServices.GetService<IServiceProvider>();
                    return next(context);
                });
            }

            app.UseRedisTagOutputCache();
        });
}
