using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Eviction;

/// <summary>Evictions that could not be carried out: told at the start, or carried out all the same.</summary>
public sealed class EvictionAtStartTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private int _version;

    [Fact]
    public async Task WithoutTheMiddleware_EndpointsEvict()
    {
        await using var cached = await StartAsync(app => app.MapGet("/articles/{id:int}", Next).CacheOutput(policy => policy.Tag("article:{id}")));
        await using var bare = await StartAsync(
            app =>
            {
                app.MapPost("/articles/{id:int}", () => "done").EvictOutputCache("article:{id}");
                app.MapPost("/attribute/{id:int}", [EvictOutputCache(Tags = ["article:{id}"])] () => "done");
                app.MapGet("/articles/{id:int}", () => "get");
                app.MapPost("/refuse/{id:int}", () => Results.BadRequest()).EvictOutputCache("article:{id}");
                app.MapControllers();
            },
            hasMiddleware: false);
        var old = await cached.GetStoredAsync("/articles/1");
        foreach (var (path, isEvicted) in new[] { ("/articles/1", true), ("/attribute/1", true), ("/controller/1/change", true), ("/refuse/1", false), ("/articles/2", false) })
        {
            (await bare.Client.PostAsync(path, null)).Dispose();
            var now = await cached.GetAsync("/articles/1");
            Assert.Equal((path, isEvicted), (path, old != now));
            old = await cached.GetStoredAsync("/articles/1");
        }
    }

    [Fact]
    public async Task WithoutTheServices_TheEndpointThrows()
    {
        await using var minimal = await PageApp.StartAsync(
            null,
            app => app.MapPost("/articles/{id:int}", () => "done").EvictOutputCache("article:{id}"),
            services: static services => services.AddOutputCache());
        await using var controllers = await PageApp.StartAsync(
            null,
            app => app.MapControllers(),
            services: static services => services.AddOutputCache().AddControllers().AddApplicationPart(typeof(EvictionAtStartTests).Assembly));
        foreach (var (app, path) in new[] { (minimal, "/articles/1"), (controllers, "/controller/1/change") })
        {
            using var response = await app.Client.PostAsync(path, null);
            Assert.Equal(System.Net.HttpStatusCode.InternalServerError, response.StatusCode);
        }
    }

    [Fact]
    public async Task NameThatNothingCanFill_StopsTheStart()
    {
        foreach (var map in new Action<WebApplication>[]
        {
            app => app.MapPost("/typo/{id}", () => "done").EvictOutputCache("post:{postId}"),
            app => app.MapPost("/typo/{id}", (int id, ITagCacheStore _, CancellationToken _) => id).EvictOutputCache("posts", "post:{postId}"),
            app => app.MapGroup("/group/{group}").EvictOutputCache("post:{postId}").MapPost("/{id}", (string group) => group),
            app => app.MapPost("/typo/{id}", [EvictOutputCache(Tags = ["post:{postId}"])] () => "done"),
        })
        {
            var error = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(map));
            Assert.Contains("'post:{postId}'", error.Message, StringComparison.Ordinal);
            Assert.Contains("'postId'", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task NameThatTheRequestMayHave_StartsAndEvictsOrWarnsOnce()
    {
        using var log = new WarningIds();
        await using var app = await StartAsync(
            app =>
            {
                app.MapGet("/articles/{id:int}", Next).CacheOutput(policy => policy.Tag("article:{id}"));
                app.MapPost("/query", (int articleId) => articleId).EvictOutputCache("article:{articleId}");
                app.MapPost("/named", ([FromQuery(Name = "article")] int id) => id).EvictOutputCache("article:{article}");
                app.MapPost("/whole", (HttpContext _) => "done").EvictOutputCache("article:{any}");
                app.MapPost("/default/{id=1}", () => "done").EvictOutputCache("article:{id}");
                app.MapPost("/brace", () => "done").EvictOutputCache("article:{", "article:1");
            },
            services: services => services.AddSingleton<ILoggerProvider>(log));
        var old = await app.GetAsync("/articles/1");
        foreach (var path in new[] { "/query?articleId=01", "/named?ARTICLE=1", "/whole?any=1", "/default", "/brace" })
        {
            (await app.Client.PostAsync(path, null)).Dispose();
            var now = await app.GetAsync("/articles/1");
            Assert.Equal((path, true), (path, old != now));
            old = now;
        }

        Assert.DoesNotContain(80, log.All);
        for (var i = 0; i < 3; i++)
            (await app.Client.PostAsync("/whole", null)).Dispose();
        Assert.Equal(old, await app.GetAsync("/articles/1"));
        Assert.Single(log.All, 80);
    }

    [Fact]
    public async Task SafeMethods_EvictOnlyWhenAskedTo()
    {
        await using var app = await StartAsync(app =>
        {
            app.MapGet("/page", Next).CacheOutput(policy => policy.Tag("t"));
            app.MapMethods("/safe", ["GET", "HEAD", "OPTIONS", "TRACE", "POST", "DELETE"], () => "done").EvictOutputCache("t");
            app.MapMethods("/asked", ["GET", "HEAD", "OPTIONS"], [EvictOutputCache(Tags = ["t"], OnSafeMethods = true)] () => "done");
        });
        var old = await app.GetAsync("/page");
        foreach (var (method, path, isEvicted) in new[]
        {
            ("GET", "/safe", false), ("HEAD", "/safe", false), ("OPTIONS", "/safe", false), ("TRACE", "/safe", false), ("POST", "/safe", true), ("DELETE", "/safe", true),
            ("GET", "/asked", true), ("HEAD", "/asked", true), ("OPTIONS", "/asked", true),
        })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            (await app.Client.SendAsync(request)).Dispose();
            var now = await app.GetAsync("/page");
            Assert.Equal((method, path, isEvicted), (method, path, old != now));
            old = now;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RazorPage_WithTheAttribute_EvictsAfterPostAndNotAfterGet(bool hasMiddleware)
    {
        await using var cached = await StartAsync(app => app.MapGet("/articles/{id:int}", Next).CacheOutput(policy => policy.Tag("article:{id}")));
        await using var razor = await StartAsync(
            static app => app.MapRazorPages(),
            hasMiddleware,
            static services => services.AddRazorPages(static pages => pages.RootDirectory = "/Eviction/RazorPages"));
        var old = await cached.GetStoredAsync("/articles/1");
        Assert.Contains("changed 1", await razor.GetAsync("/razor/1"), StringComparison.Ordinal);
        Assert.Equal(old, await cached.GetAsync("/articles/1"));
        using var response = await razor.Client.PostAsync("/razor/1", null);
        response.EnsureSuccessStatusCode();
        Assert.NotEqual(old, await cached.GetAsync("/articles/1"));
    }

    private Task<PageApp> StartAsync(Action<WebApplication> map, bool hasMiddleware = true, Action<IServiceCollection>? services = null) => PageApp.StartAsync(
        redis.ConnectionString,
        map,
        options => options.KeyPrefix = _prefix,
        collection =>
        {
            collection.AddSingleton<Func<string>>(Next).AddControllers().AddApplicationPart(typeof(EvictOutputCacheTests).Assembly);
            services?.Invoke(collection);
        },
        pipeline: hasMiddleware ? null : static _ => { });

    private string Next() => Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture);
}
