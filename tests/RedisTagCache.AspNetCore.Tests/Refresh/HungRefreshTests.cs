using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Refresh;

/// <summary>Refreshes and renderings that do not end, or not in time.</summary>
public sealed class HungRefreshTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const int MoreThanAtOnce = 20;
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, int> _renderings = new();
    private readonly TaskCompletionSource _released = new();
    private readonly ConcurrentDictionary<string, bool> _hanging = new();
    private WeakReference<object>? _registered;
    private bool _hangs;
    private bool _hasEnded;

    [Fact]
    public async Task Refreshes_ThatHang_GiveBackTheirPlacesAndLeases_AndTheirLateResultsAreRejected()
    {
        await using var a = await StartAsync();
        await using var b = await StartAsync();
        var paths = Enumerable.Range(0, MoreThanAtOnce).Select(i => $"/page/{i}").ToArray();
        foreach (var path in paths)
            Assert.Equal("1", await a.GetAsync(path));
        await a.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        _hangs = true;
        foreach (var path in paths)
            Assert.Equal("1", await a.GetAsync(path));
        await Eventually.BecomesTrueAsync(() => _renderings.Values.Count(count => count == 2) == 16, "as many as run at once hang");

        _hangs = false;
        foreach (var path in paths)
        {
            await Eventually.BecomesTrueAsync(async () => await a.GetAsync(path) != "1", "it is refreshed by this instance or by the other");
            await Eventually.BecomesTrueAsync(async () => await b.GetAsync(path) != "1", "it is refreshed for the other instance as well");
        }

        var pages = await Task.WhenAll(paths.Select(a.GetAsync));
        _released.SetResult();
        foreach (var path in paths)
            await Eventually.BecomesTrueAsync(() => !_hanging.ContainsKey(path), "the late result is there");
        Assert.Equal(pages, await Task.WhenAll(paths.Select(a.GetAsync)));
        Assert.DoesNotContain("late", pages);
    }

    [Fact]
    public async Task Request_ThatHangsWhileItRendersAStalePage_GivesBackItsLease_AndItsLateResultIsRejected()
    {
        await using var a = await StartAsync(static app => app.UseOutputCache());
        await using var b = await StartAsync(static app => app.UseOutputCache());
        Assert.Equal("1", await a.GetAsync("/page/0"));
        await a.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        _hangs = true;
        var hanging = a.GetAsync("/page/0");
        await Eventually.BecomesTrueAsync(() => _hanging.Count == 1, "it hangs");
        Assert.Equal("1", await a.GetAsync("/page/0"));
        _hangs = false;
        await Eventually.BecomesTrueAsync(async () => await b.GetAsync("/page/0") == "3", "another instance renders it");
        _released.SetResult();
        Assert.Equal("late", await hanging);
        Assert.Equal(("3", "3"), (await a.GetAsync("/page/0"), await b.GetAsync("/page/0")));
    }

    [Fact]
    public async Task Request_ThatHangsWhileItRendersAMissingPage_GivesBackItsLease_AndItsLatePageIsStored()
    {
        await using var a = await StartAsync();
        await using var b = await StartAsync();
        _hangs = true;
        var hanging = a.GetAsync("/page/0");
        await Eventually.BecomesTrueAsync(() => Renderings(0) == 1, "it hangs");
        var waiting = b.GetAsync("/page/0");
        await Eventually.BecomesTrueAsync(() => Renderings(0) == 2, "the one that waits renders it itself");

        // One that comes now waits for nobody. A page that is only just missing shows how long it would have waited.
        var leading = a.GetAsync("/page/1");
        await Eventually.BecomesTrueAsync(() => Renderings(1) == 1, "another page hangs");
        var others = new[] { b.GetAsync("/page/1"), b.GetAsync("/page/0"), a.GetAsync("/page/0") };
        await Eventually.BecomesTrueAsync(() => Renderings(0) == 4 || Renderings(1) == 2, "they are rendered");
        Assert.Equal((4, 1), (Renderings(0), Renderings(1)));

        _released.SetResult();
        Assert.All(await Task.WhenAll([hanging, waiting, leading, .. others]), page => Assert.Equal("late", page));
        Assert.Equal(("late", "late"), (await a.GetAsync("/page/0"), await b.GetAsync("/page/0")));
        Assert.Equal(4, Renderings(0));
    }

    [Fact]
    public async Task OnlyRequest_ThatHangsWhileItRendersAMissingPage_StoresIt()
    {
        await using var app = await StartAsync();
        Assert.Equal("1", await app.GetAsync("/page/1")); // the log of removals begins with the first one
        _hangs = true;
        var hanging = app.GetAsync("/page/0");
        await Eventually.BecomesTrueAsync(() => Renderings(0) == 1, "it hangs");
        var lease = await KeyOfLeaseAsync();
        await Eventually.BecomesTrueAsync(async () => await redis.Database.HashGetAsync(lease, "owner") == "pass", "it has given its lease back");
        _released.SetResult();
        Assert.Equal("late", await hanging);
        Assert.Equal("late", await app.GetAsync("/page/0"));
        Assert.Equal(1, Renderings(0));
        Assert.False(await redis.Database.KeyExistsAsync(lease), "Leases are needed again.");
    }

    [Fact]
    public async Task Preparation_ThatHangs_IsGivenUp_AndThePageIsRefreshedLater()
    {
        await using var app = await StartAsync(prepare: (_, _, _) => _hangs ? new ValueTask(_released.Task) : default);
        Assert.Equal("1", await app.GetAsync("/page/0"));
        await app.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        _hangs = true;
        Assert.Equal("1", await app.GetAsync("/page/0")); // its visitor has waited for the preparation
        _hangs = false;
        await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/page/0") == "2", "it is refreshed");
        _released.SetResult();
    }

    /// <summary>What a page registers for the end of its request is gone with the refresh, and not only when the application stops.</summary>
    [Fact]
    public async Task Refreshes_ThatHaveEnded_AreNotHeldByTheApplication()
    {
        await using var app = await StartAsync();
        Assert.Equal("1", await app.GetAsync("/registering"));
        await app.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/registering") != "1", "it is refreshed");
        await Eventually.BecomesTrueAsync(
            () =>
            {
                GC.Collect();
                return !_registered!.TryGetTarget(out _);
            },
            "what was registered is gone");
    }

    [Fact]
    public async Task Stop_WaitsForRefreshes_ThatUseTheServices()
    {
        await using var app = await StartAsync();
        Assert.Equal("1", await app.GetAsync("/slow"));
        await app.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        Assert.Equal("1", await app.GetAsync("/slow"));
        await Eventually.BecomesTrueAsync(() => _renderings["/slow"] == 2, "it is being refreshed");
        await app.Services.GetRequiredService<IHost>().StopAsync(TestContext.Current.CancellationToken);
        Assert.True(_hasEnded, "The refresh has ended before the stop.");
    }

    private int Renderings(int id) => _renderings.GetValueOrDefault($"/page/{id}");

    private async Task<string> KeyOfLeaseAsync() =>
        (await redis.Database.Multiplexer.GetServers()[0].KeysAsync(pattern: $"*{_prefix}*:l:*").SingleAsync())!;

    private Task<PageApp> StartAsync(Action<WebApplication>? pipeline = null, Func<HttpContext, HttpContext, CancellationToken, ValueTask>? prepare = null) => PageApp.StartAsync(
        redis.ConnectionString,
        app =>
        {
            app.MapGet("/page/{id}", async (HttpContext context) =>
            {
                var path = context.Request.Path.Value!;
                var rendering = _renderings.AddOrUpdate(path, 1, static (_, count) => count + 1);
                if (!_hangs)
                    return rendering.ToString(CultureInfo.InvariantCulture);
                _hanging[path] = true;
                context.Response.OnCompleted(() => Task.FromResult(_hanging.TryRemove(path, out _)));
                await _released.Task; // heeds no token
                return "late";
            }).CacheOutput(policy => policy.Tag("page"));
            app.MapGet("/registering", (HttpContext context) =>
            {
                var registered = new object();
                _registered = new WeakReference<object>(registered);
                context.RequestAborted.Register(static _ => { }, registered);
                return _renderings.AddOrUpdate("/registering", 1, static (_, count) => count + 1).ToString(CultureInfo.InvariantCulture);
            }).CacheOutput(policy => policy.Tag("page"));
            app.MapGet("/slow", async (HttpContext context) =>
            {
                if (_renderings.AddOrUpdate("/slow", 1, static (_, count) => count + 1) == 1)
                    return "1";
                try
                {
                    await Task.Delay(Timeout.Infinite, context.RequestAborted);
                }
                finally
                {
                    await Task.Delay(200, CancellationToken.None); // it takes its time to end
                    _hasEnded = context.RequestServices.GetRequiredService<IHostEnvironment>() is not null;
                }

                return "2";
            }).CacheOutput(policy => policy.Tag("page"));
        },
        options => options.KeyPrefix = _prefix,
        pages: pages =>
        {
            (pages.RenderTimeout, pages.RefreshTimeout, pages.RetryDelay) = (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1));
            pages.PrepareRefresh = prepare;
        },
        pipeline: pipeline);
}
