using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.OutputCaching.Leading;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Redis answers, but refuses writes: pages that cannot be shared in it are shared and kept in the process.</summary>
public sealed class RefusedPageTests : IAsyncLifetime
{
    private RedisServer _server = null!;
    private ConnectionMultiplexer _admin = null!;
    private int _rendered;
    private Hold _hold = Hold.Open();
    private bool _isGone;

    public static TheoryData<string, bool, bool> Refusals => new MatrixTheoryData<string, bool, bool>(RefusedWrites.All, [true, false], [true, false]);

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _admin = await _server.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_admin is not null)
            await _admin.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Page_WritesRefused_IsRenderedOnceAndKept(string refusal, bool isKnown, bool isPlain)
    {
        await using var other = await StartAsync();
        await using var app = await StartAsync(pipeline: isPlain ? app => app.UseOutputCache() : null);
        await other.GetAsync("/other");
        if (isKnown)
            await app.GetAsync("/other");
        await RefusedWrites.BeginAsync(_admin, refusal);

        _hold = new Hold();
        var requests = Enumerable.Range(0, 20).Select(_ => app.GetAsync("/page")).ToArray();
        await _hold.Entered;
        await Eventually.BecomesTrueAsync(() => app.Services.GetRequiredService<PageLeases>().WaitingCount == 19, "the others wait");
        _hold.Release();
        Assert.All(await Task.WhenAll(requests), page => Assert.Equal("page 1", page));

        // What a demoted primary still says is not taken for the truth.
        for (var i = 0; i < 20 && refusal != "replica"; i++)
            Assert.Equal("page 1", await app.GetAsync("/page"));
        Assert.Equal(1, _rendered);
    }

    /// <summary>An instance that starts while writes are refused is served what others had stored before.</summary>
    [Theory]
    [InlineData("full")]
    [InlineData("unsaved")]
    [InlineData("acl")]
    public async Task Page_OfAnotherInstance_IsServedByOneThatStartsWhileWritesAreRefused(string refusal)
    {
        await using var other = await StartAsync();
        Assert.Equal("page 1", await other.GetAsync("/page"));
        await RefusedWrites.BeginAsync(_admin, refusal);
        await using var app = await StartAsync();
        Assert.Equal("page 1", await app.GetAsync("/page"));
    }

    /// <summary>Nothing was ever written under the prefix: there is nothing by which a page could be known not to be evicted.</summary>
    [Fact]
    public async Task Page_ServerThatHasAlwaysRefused_IsShared()
    {
        await using var app = await StartAsync();
        await RefusedWrites.BeginAsync(_admin, "full");
        _hold = new Hold();
        var requests = Enumerable.Range(0, 20).Select(_ => app.GetAsync("/page")).ToArray();
        await _hold.Entered;
        await Eventually.BecomesTrueAsync(() => app.Services.GetRequiredService<PageLeases>().WaitingCount == 19, "the others wait");
        _hold.Release();
        Assert.All(await Task.WhenAll(requests), page => Assert.Equal("page 1", page));
    }

    /// <summary>An eviction that Redis refuses holds here at once, and the page that is rendered after it is kept all the same.</summary>
    [Theory]
    [InlineData("full")]
    [InlineData("unsaved")]
    public async Task Eviction_WritesRefused_EndsThePage_AndTheNextOneIsKept(string refusal)
    {
        await using var app = await StartAsync();
        Assert.Equal("page 1", await app.GetAsync("/page"));
        await RefusedWrites.BeginAsync(_admin, refusal);
        for (var round = 2; round < 5; round++)
        {
            await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await app.Pages.EvictByTagAsync("page", default));
            for (var i = 0; i < 10; i++)
                Assert.Equal($"page {round}", await app.GetAsync("/page"));
        }

        Assert.Equal(4, _rendered);
    }

    /// <summary>Another instance, whose writes are taken, evicts a page that is kept here.</summary>
    [Fact]
    public async Task Eviction_OnAnotherInstance_EndsThePageThatIsKept()
    {
        ServerFeatures.Require(ServerFeature.KeyPermissions);
        var server = _admin.GetServers()[0];
        await server.ExecuteAsync("ACL", "SETUSER", "reader", "on", ">pw", "~*", "&*", "+@all");
        await using var app = await StartAsync(_server.ConnectionString + ",user=reader,password=pw");
        await using var other = await StartAsync();
        await app.GetAsync("/other");
        await server.ExecuteAsync("ACL", "SETUSER", "reader", "-@write", "+@read", "+@connection", "+eval", "+evalsha", "+info", "+@pubsub");
        var page = await PageApp.StoredAsync(() => app.GetAsync("/page"));
        for (var round = 0; round < 20; round++)
        {
            await other.Pages.EvictByTagAsync("page", default);
            var next = await app.GetAsync("/page");
            Assert.NotEqual(page, next);
            page = next;
            Assert.Equal(page, await app.GetAsync("/page"));
        }
    }

    [Fact]
    public async Task StalePage_WritesRefused_IsRefreshedOnce()
    {
        await using var app = await StartAsync();
        Assert.Equal("short 1", await app.GetAsync("/short"));
        await RefusedWrites.BeginAsync(_admin, "full");
        await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/short") == "short 2", "the refreshed page is served");
        _ = await app.GetAsync("/short");
    }

    /// <summary>A page that is gone cannot be removed, and is not rendered again and again.</summary>
    [Fact]
    public async Task StalePage_GoneWhileWritesAreRefused_IsRenderedOnce()
    {
        await using var app = await StartAsync();
        Assert.Equal("short 1", await app.GetAsync("/short"));
        await RefusedWrites.BeginAsync(_admin, "unsaved");
        _isGone = true;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                Assert.Equal("short 1", await app.GetAsync("/short"));
                return _rendered == 2;
            },
            "the page is refreshed");
        for (var i = 0; i < 20; i++)
            Assert.Equal("short 1", await app.GetAsync("/short"));
        Assert.Equal(2, _rendered);
    }

    /// <summary>Redis hangs for a moment, and what this instance has evicted before is synchronized again.</summary>
    [Fact]
    public async Task Page_AfterAnEvictionThatWasRefused_IsKeptWhenRedisAnswersAgain()
    {
        await using var app = await StartAsync();
        await app.GetAsync("/page");
        await RefusedWrites.BeginAsync(_admin, "full");
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await app.Pages.EvictByTagAsync("page", default));
        Assert.Equal("page 2", await app.GetAsync("/page"));
        _server.Hang();
        await app.GetAsync("/other");
        _server.Resume();
        await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/page") is var page && await app.GetAsync("/page") == page, "a page is kept");
        var rendered = _rendered;
        for (var i = 0; i < 20; i++)
            await app.GetAsync("/page");
        Assert.Equal(rendered, _rendered);
    }

    [Fact]
    public async Task WritesTakenAgain_ThePageIsStoredInRedis()
    {
        await using var app = await StartAsync();
        await using var other = await StartAsync();
        await app.GetAsync("/other");
        await RefusedWrites.BeginAsync(_admin, "full");
        Assert.Equal("page 1", await app.GetAsync("/page"));
        await RefusedWrites.EndAsync(_admin);
        var page = await PageApp.StoredAsync(() => app.GetAsync("/page"));
        Assert.Equal(page, await other.GetAsync("/page"));
    }

    /// <summary>What is not cacheable is known after the first rendering: nobody waits for it, and nobody gets another's.</summary>
    [Fact]
    public async Task UncacheablePage_WritesRefused_IsRenderedByEachRequest()
    {
        await using var app = await StartAsync();
        await app.GetAsync("/other");
        await RefusedWrites.BeginAsync(_admin, "full");
        var pages = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.GetAsync("/cookie")));
        Assert.Equal(20, pages.Distinct().Count());
    }

    private Task<PageApp> StartAsync(string? connectionString = null, Action<WebApplication>? pipeline = null) => PageApp.StartAsync(
        connectionString ?? _server.ConnectionString,
        app =>
        {
            app.MapGet("/page", (Func<HttpContext, Task<string>>)RenderAsync).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag("page"));
            app.MapGet("/other", (Func<HttpContext, Task<string>>)RenderAsync).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)));
            app.MapGet("/short", async (HttpContext context) => await RenderAsync(context) is var page && _isGone ? Results.NotFound() : Results.Text(page)).CacheOutput(policy => policy.Expire(TimeSpan.FromMilliseconds(100)).StaleWhileRevalidate(TimeSpan.FromHours(1)));
            app.MapGet("/cookie", async (HttpContext context) =>
            {
                context.Response.Cookies.Append("a", "b");
                return await RenderAsync(context);
            }).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)));
        },
        pipeline: pipeline);

    private async Task<string> RenderAsync(HttpContext context)
    {
        var name = context.Request.Path.Value!.TrimStart('/');
        var rendered = name == "other" ? 0 : Interlocked.Increment(ref _rendered);
        var hold = Volatile.Read(ref _hold);
        hold.Enter();
        await hold.Released;
        return string.Create(CultureInfo.InvariantCulture, $"{name} {rendered}");
    }
}
