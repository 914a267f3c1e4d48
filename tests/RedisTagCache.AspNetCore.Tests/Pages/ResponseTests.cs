using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Pages;

/// <summary>A response comes out of the cache as it went in: headers, body, and for as long as was said.</summary>
public class ResponseTests(RedisFixture redis) : PageSuite(redis)
{
    [Fact]
    public async Task Head_IsCachedBesideGet_WithoutABody()
    {
        await using var app = await StartAsync(app => app
            .MapMethods("/page", ["GET", "HEAD"], (HttpContext context) =>
            {
                context.Response.Headers["X-Rendered"] = Render("page");
                return Results.Text("body");
            })
            .CacheOutput(policy => policy.Expire(Lifetime).Tag("pages")));

        Assert.Equal(("1", ""), await OfAsync(HttpMethod.Head));
        Assert.Equal(("1", ""), await OfAsync(HttpMethod.Head));
        Assert.Equal(("2", "body"), await OfAsync(HttpMethod.Get));
        Assert.Equal(("2", "body"), await OfAsync(HttpMethod.Get));
        await app.Pages.EvictByTagAsync("pages", default);
        Assert.Equal(("3", ""), await OfAsync(HttpMethod.Head));

        async Task<(string Rendered, string Body)> OfAsync(HttpMethod method)
        {
            using var response = await app.Client.SendAsync(new HttpRequestMessage(method, "/page"));
            Assert.Equal(4, response.Content.Headers.ContentLength);
            return (Assert.Single(response.Headers.GetValues("X-Rendered")), await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task IfNoneMatch_OnACachedPage_IsAnsweredNotModified_UntilItIsEvicted()
    {
        void Map(WebApplication app) => app
            .MapGet("/page", (HttpContext context) =>
            {
                var text = Render("page");
                context.Response.Headers.ETag = $"\"{text}\"";
                return text;
            })
            .CacheOutput(policy => policy.Expire(Lifetime).Tag("pages"));
        await using var a = await StartAsync(Map);
        await using var b = await StartAsync(Map);
        Assert.Equal("1", await a.GetAsync("/page"));
        Assert.Equal((HttpStatusCode.NotModified, ""), await SendAsync(b, HttpMethod.Get, "/page", ("If-None-Match", "\"1\"")));
        Assert.Equal((HttpStatusCode.OK, "1"), await SendAsync(b, HttpMethod.Get, "/page", ("If-None-Match", "\"0\"")));
        Assert.Equal(1, Renderings("page"));
        await b.Pages.EvictByTagAsync("pages", default);
        Assert.Equal((HttpStatusCode.OK, "2"), await SendAsync(a, HttpMethod.Get, "/page", ("If-None-Match", "\"1\"")));
    }

    [Fact]
    public async Task Headers_AndStatus_ComeBackAsRendered()
    {
        await using var app = await StartAsync(app => app
            .MapGet("/page", (HttpContext context) =>
            {
                context.Response.Headers["X-Several"] = new[] { "a", "b" };
                context.Response.Headers.CacheControl = "public, max-age=60";
                return Results.Text(Render("page"), "text/x-page; charset=utf-8");
            })
            .CacheOutput(policy => policy.Expire(Lifetime)));
        for (var i = 0; i < 2; i++)
        {
            using var response = await app.Client.GetAsync("/page");
            Assert.Equal(["a", "b"], response.Headers.GetValues("X-Several"));
            Assert.Equal(TimeSpan.FromMinutes(1), response.Headers.CacheControl!.MaxAge);
            Assert.Equal("text/x-page; charset=utf-8", response.Content.Headers.ContentType!.ToString());
            Assert.Equal("1", await response.Content.ReadAsStringAsync());
            Assert.Equal(i > 0, response.Headers.Age is not null);
        }
    }

    [Fact]
    public async Task Expire_InMilliseconds_KeepsThePageThatLong()
    {
        var lifetime = TimeSpan.FromMilliseconds(300);
        await using var app = await StartAsync(app => app.MapGet("/page", () => Render("page")).CacheOutput(policy => policy.Expire(lifetime)));

        // A page kept for whole seconds alone would never be a hit, or be one for too long.
        await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/page") == await app.GetAsync("/page"), "it is kept");
        var kept = await app.GetAsync("/page");
        var since = Stopwatch.GetTimestamp();
        var mustBeOver = false;
        string served;
        do
        {
            mustBeOver = Stopwatch.GetElapsedTime(since) > lifetime + TimeSpan.FromMilliseconds(5); // the grain of two clocks
            served = await app.GetAsync("/page");
        }
        while (served == kept && !mustBeOver);
        Assert.NotEqual(kept, served);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8 * 1024)]
    [InlineData(100_000)]
    [InlineData(5 * 1024 * 1024)]
    public async Task Body_OfAnySize_ComesBackByteForByte_OnAnyInstance(int size)
    {
        var body = RandomNumberGenerator.GetBytes(size);
        void Map(WebApplication app) => app
            .MapGet("/page", async (HttpContext context) =>
            {
                Render("page");
                foreach (var part in body.Chunk(77_777))
                    await context.Response.Body.WriteAsync(part);
            })
            .CacheOutput(policy => policy.Expire(Lifetime));
        await using var a = await StartAsync(Map);
        await using var b = await StartAsync(Map);
        foreach (var app in new[] { a, a, b, b })
        {
            var served = await app.Client.GetByteArrayAsync("/page");
            Assert.True(served.AsSpan().SequenceEqual(body), "The bytes are those that were rendered.");
        }

        Assert.Equal(1, Renderings("page"));
    }
}
