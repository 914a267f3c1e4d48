using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.OutputCaching;
using RedisTagCache.AspNetCore.OutputCaching.Leading;
using RedisTagCache.AspNetCore.Tests.Fleet;
using RedisTagCache.Leases;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Pages;

/// <summary>A handler's answer to a condition or a range says nothing about the page: who asks for the whole page is served one rendering.</summary>
public sealed class ConditionalRequestTests(RedisFixture redis) : PageSuite(redis)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);
    private int _leasesAsked;
    private string? _key;

    [Theory]
    [InlineData("GET", "If-None-Match", "\"1\"", 304)]
    [InlineData("GET", "If-Modified-Since", "Thu, 01 Jan 2026 00:00:00 GMT", 304)]
    [InlineData("GET", "Range", "bytes=0-1", 206)]
    [InlineData("GET", "Range", "bytes=5000-", 416)]
    [InlineData("GET", "If-Match", "\"2\"", 412)]
    [InlineData("GET", "If-Unmodified-Since", "Thu, 01 Jan 2015 00:00:00 GMT", 412)]
    [InlineData("HEAD", "If-None-Match", "\"1\"", 304)]
    public async Task FirstRequest_IsConditional_OthersAreServedOneRendering(string method, string name, string value, int status)
    {
        await using var app = await StartAsync();
        Assert.Equal(status, (int)(await SendAsync(app, new HttpMethod(method), "/file", (name, value))).Status);
        var pages = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => GetAsync(app, "/file"))).WaitAsync(_patience);
        Assert.All(pages, page => Assert.Equal("page 1", page));
        Assert.Equal("page 1", await GetAsync(app, "/file"));
    }

    [Fact]
    public async Task ConditionalLeader_OthersWaitForIt_OneOfThemRendersThePage()
    {
        var hold = new Hold();
        await using var app = await StartAsync(hold);
        var leader = SendAsync(app, HttpMethod.Get, "/slow", ("If-None-Match", "\"1\""), ("X-Hold", "1"));
        await hold.Entered;
        var conditional = Enumerable.Range(0, 3).Select(_ => SendAsync(app, HttpMethod.Get, "/slow", ("If-None-Match", "\"1\""))).ToArray();
        var others = Enumerable.Range(0, 10).Select(_ => GetAsync(app, "/slow")).ToArray();
        await Eventually.BecomesTrueAsync(() => Volatile.Read(ref _leasesAsked) >= 1 + conditional.Length + others.Length, "they ask for the lease, and wait", _patience);
        hold.Release();
        Assert.Equal(HttpStatusCode.NotModified, (await leader.WaitAsync(_patience)).Status);

        // Whichever comes first: the handler answers the condition, or the page is stored and answers it by its ETag.
        Assert.All(await Task.WhenAll(conditional).WaitAsync(_patience), answer => Assert.Equal(HttpStatusCode.NotModified, answer.Status));
        Assert.All(await Task.WhenAll(others).WaitAsync(_patience), page => Assert.Equal("page 1", page));
    }

    /// <summary>Clients that ask for parts again and again lead again and again, and do not make the others render the page beside each other.</summary>
    [Fact]
    public async Task ConditionalLeaders_OneAfterAnother_OneOfTheOthersRendersThePage()
    {
        var hold = new Hold();
        await using var app = await StartAsync(hold);
        var (leader, others) = await WaitForPartAsync(app, hold);
        await using (var conditional = new BackgroundLoad())
        {
            for (var i = 0; i < 8; i++)
            {
                conditional.Start(async stop =>
                {
                    while (!stop.IsCancellationRequested)
                        Assert.Equal(HttpStatusCode.NotModified, (await SendAsync(app, HttpMethod.Get, "/slow", ("If-None-Match", "\"1\""), ("X-Slow", "1"))).Status);
                });
            }

            hold.Release();
            Assert.All(await Task.WhenAll(others).WaitAsync(_patience), page => Assert.Equal("page 1", page));
            await conditional.StopAsync();
        }

        Assert.Equal(HttpStatusCode.NotModified, (await leader.WaitAsync(_patience)).Status);
    }

    /// <summary>Another instance whose requests for parts lead whenever they can, and end once all others wait.</summary>
    [Fact]
    public async Task ConditionalLeadersOfAnotherInstance_AlwaysFirst_OneOfTheOthersRendersThePage()
    {
        var hold = new Hold();
        await using var app = await StartAsync(hold);
        var (leader, others) = await WaitForPartAsync(app, hold);
        await using (var conditional = new BackgroundLoad())
        {
            conditional.Start(async stop =>
            {
                var cache = app.Services.GetRequiredService<PageCache>();
                var key = new CacheEntryKey(CacheRegion.Output, _key!);
                using var missed = await cache.Store.GetAsync(key, CancellationToken.None);
                var own = 0;
                while (!stop.IsCancellationRequested)
                {
                    own++;
                    await using var lease = await cache.Leases.AcquireAsync(key, missed, CancellationToken.None);
                    if (lease.State != CacheLeaseState.Granted)
                        continue;
                    var asked = Volatile.Read(ref _leasesAsked) - own;
                    await Eventually.BecomesTrueAsync(() => stop.IsCancellationRequested || Volatile.Read(ref _leasesAsked) - own >= asked + others.Length, "they ask again, and wait", _patience);
                    await lease.PassAsync(LeaseEnding.PartDuration, CancellationToken.None);
                }
            });
            hold.Release();
            Assert.All(await Task.WhenAll(others).WaitAsync(_patience), page => Assert.Equal("page 1", page));
            await conditional.StopAsync();
        }

        Assert.Equal(HttpStatusCode.NotModified, (await leader.WaitAsync(_patience)).Status);
    }

    /// <summary>A condition is evaluated against the stored page, as HTTP has it: one that its ETag does not meet, or that has none, is served whole.</summary>
    [Theory]
    [InlineData("/slow", "\"1\"", HttpStatusCode.NotModified, "")]
    [InlineData("/slow", "\"0\", W/\"1\"", HttpStatusCode.NotModified, "")]
    [InlineData("/slow", "*", HttpStatusCode.NotModified, "")]
    [InlineData("/slow", "\"2\"", HttpStatusCode.OK, "page 1")]
    [InlineData("/file", "\"1\"", HttpStatusCode.OK, "page 1")]
    public async Task ConditionalRequest_PageIsStored_IsAnsweredByItsETag(string path, string condition, HttpStatusCode status, string body)
    {
        await using var app = await StartAsync();
        Assert.Equal("page 1", await GetAsync(app, path));
        var answer = await SendAsync(app, HttpMethod.Get, path, ("If-None-Match", condition));
        Assert.Equal((status, body), answer);
        Assert.Equal(1, Renderings(path.TrimStart('/')));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UncacheableAtFirst_ThenStored_IsRefreshedWhenItIsStale(bool isOurs)
    {
        await using var app = await StartAsync(isOurs: isOurs);
        Assert.Equal("page 1", await GetAsync(app, "/visit")); // sets a cookie
        Assert.Equal("page 2", await GetAsync(app, "/visit", ("Cookie", "visitor=1")));
        Assert.Equal("page 2", await GetAsync(app, "/visit", ("Cookie", "visitor=1")));
        await app.Store.ExpireByTagAsync("visit", TestContext.Current.CancellationToken);
        await Eventually.BecomesTrueAsync(async () => await GetAsync(app, "/visit", ("Cookie", "visitor=1")) == "page 3", "it is refreshed", _patience);

        // And once it is evicted, nobody renders it beside another.
        await app.Pages.EvictByTagAsync("visit", default);
        var pages = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => GetAsync(app, "/visit", ("Cookie", "visitor=1")))).WaitAsync(_patience);
        Assert.All(pages, page => Assert.Equal("page 4", page));
    }

    /// <summary>A request for a part leads, and ten for the whole page wait for it.</summary>
    private async Task<(Task<(HttpStatusCode Status, string Text)> Leader, Task<string>[] Others)> WaitForPartAsync(PageApp app, Hold hold)
    {
        var leader = SendAsync(app, HttpMethod.Get, "/slow", ("If-None-Match", "\"1\""), ("X-Hold", "1"));
        await hold.Entered;
        var others = Enumerable.Range(0, 10).Select(_ => GetAsync(app, "/slow")).ToArray();
        await Eventually.BecomesTrueAsync(() => Volatile.Read(ref _leasesAsked) >= 1 + others.Length, "they ask for the lease, and wait", _patience);
        return (leader, others);
    }

    private Task<PageApp> StartAsync(Hold? hold = null, bool isOurs = true) => PageApp.StartAsync(
        Redis.ConnectionString,
        app =>
        {
            app.MapMethods("/file", ["GET", "HEAD"], (HttpContext context) => RenderFile(context, "file")).CacheOutput(policy => policy.Expire(Lifetime));
            app.MapGet("/slow", async (HttpContext context) =>
            {
                if (context.Request.Headers.ContainsKey("X-Hold"))
                {
                    _key = PageRequest.Of(context)!.Leads;
                    hold!.Enter();
                    await hold.Released;
                }

                if (context.Request.Headers.ContainsKey("X-Slow"))
                    await Task.Delay(20); // a rendering takes its time
                context.Response.Headers.ETag = "\"1\""; // also of a 304
                return RenderFile(context, "slow");
            }).CacheOutput(policy => policy.Expire(Lifetime));
            app.MapGet("/visit", async (HttpContext context) =>
            {
                if (!context.Request.Headers.ContainsKey("Cookie"))
                    context.Response.Cookies.Append("visitor", "1");
                var page = "page " + Render("visit");
                await Task.Delay(20); // a rendering takes its time
                return page;
            }).CacheOutput(policy => policy.Expire(Lifetime).Tag("visit"));
        },
        options =>
        {
            options.KeyPrefix = KeyPrefix;
            options.OnEvent = told => Interlocked.Add(ref _leasesAsked, told is { Kind: CacheEventKind.Operation, Detail: CacheEventDetail.Lease } ? 1 : 0);
        },
        pages: options => (options.UncacheableDuration, options.RenderTimeout) = (TimeSpan.FromHours(1), TimeSpan.FromMinutes(5)),
        pipeline: app => _ = isOurs ? app.UseRedisTagOutputCache() : app.UseOutputCache());

    /// <summary>As handlers do that heed conditions themselves. Only whole pages are counted.</summary>
    private IResult RenderFile(HttpContext context, string page)
    {
        var headers = context.Request.Headers;
        if (headers.IfMatch == "\"2\"" || headers.ContainsKey("If-Unmodified-Since"))
            return Results.StatusCode(412);
        if (headers.IfNoneMatch == "\"1\"" || headers.ContainsKey("If-Modified-Since"))
            return Results.StatusCode(304);
        if (headers.Range == "bytes=5000-")
            return Results.StatusCode(416);
        return headers.Range.Count > 0 ? Results.Text("pa", statusCode: 206) : Results.Text("page " + Render(page));
    }
}
