using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Eviction;

/// <summary>Pages whose tags could not all be made are not stored, since evictions would not reach them.</summary>
public sealed class UntaggedPageTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private int _version;

    [Fact]
    public async Task NameThatNothingCanFill_IsNotStored_AndWarnedOfOnce()
    {
        foreach (var map in new Action<WebApplication>[]
        {
            app => app.MapGet("/typo/{id}", Next).CacheOutput(static policy => policy.Tag("post:{postId}")),
            app => app.MapGet("/typo/{id}", (int id, ITagCacheStore _, CancellationToken _) => $"{id}: {Next()}").CacheOutput(static policy => policy.Tag("posts", "post:{postId}")),
            app => app.MapGet("/typo/{id}", Next).CacheOutput(static policy => policy.Tag("post:{id}:{postId}").SetVaryByQuery("other")),
            app => app.MapGroup("/typo").CacheOutput(static policy => policy.Tag("post:{postId}")).MapGet("/{id}", Next),
        })
        {
            using var log = new WarningIds();
            await using var app = await StartAsync(map, log);
            var pages = new[] { await app.GetAsync("/typo/7"), await app.GetAsync("/typo/7"), await app.GetAsync("/typo/8"), await app.GetAsync("/typo/7") };
            Assert.Equal(pages.Length, pages.Distinct().Count());
            Assert.Equal([82], log.All);
        }
    }

    [Fact]
    public async Task NameThatTheRequestMayHave_IsStoredWithoutTheTag()
    {
        using var log = new WarningIds();
        await using var app = await StartAsync(
            app =>
            {
                app.MapGet("/optional", (string? section) => section + Next()).CacheOutput(static policy => policy.Tag("section:{section}"));
                app.MapGet("/named", ([FromQuery(Name = "section")] string? part) => part + Next()).CacheOutput(static policy => policy.Tag("section:{section}"));
                app.MapGet("/varied", Next).CacheOutput(static policy => policy.SetVaryByQuery("Section").Tag("section:{section}"));
                app.MapGet("/whole", (HttpContext _) => Next()).CacheOutput(static policy => policy.Tag("section:{section}"));
                app.MapGet("/part/{section?}", Next).CacheOutput(static policy => policy.Tag("section:{section}"));
            },
            log);
        foreach (var path in new[] { "/optional", "/named", "/varied", "/whole", "/part" })
            Assert.Equal((path, await app.GetStoredAsync(path)), (path, await app.GetAsync(path)));
        Assert.Empty(log.All);
    }

    [Fact]
    public async Task ValueOfTheQuery_ThatTheHandlerDoesNotName_IsInTheTag()
    {
        using var log = new WarningIds();
        await using var app = await StartAsync(app => app.MapGet("/typo/{id}", Next).CacheOutput(static policy => policy.Tag("post:{postId}")), log);
        var page = await app.GetStoredAsync("/typo/7?postId=7");
        Assert.Equal(page, await app.GetAsync("/typo/7?postId=7"));
        await app.Store.EvictByTagAsync("post:7", TestContext.Current.CancellationToken);
        Assert.NotEqual(page, await app.GetAsync("/typo/7?postId=7"));
        Assert.Empty(log.All);
    }

    [Fact]
    public async Task MoreValuesThanTags_AreNotStored_AndWarnedOfOnce()
    {
        using var log = new WarningIds();
        await using var app = await StartAsync(app => app.MapGet("/many", Next).CacheOutput(static policy => policy.Tag("post:{id}")), log);
        var many = "/many?" + string.Join('&', Enumerable.Range(0, 100).Select(static i => "id=" + i));
        var pages = new[] { await app.GetAsync(many), await app.GetAsync(many), await app.GetAsync(many) };
        Assert.Equal(pages.Length, pages.Distinct().Count());
        Assert.Equal([81], log.All);
    }

    private Task<PageApp> StartAsync(Action<WebApplication> map, WarningIds log) => PageApp.StartAsync(
        redis.ConnectionString, map, options => options.KeyPrefix = _prefix, services => services.AddSingleton<ILoggerProvider>(log));

    private string Next() => Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture);
}
