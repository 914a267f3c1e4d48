using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.Tests.Pages;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Eviction;

/// <summary>A tag takes a route value that middleware has set, or a value that the client writes into the query. A page of one is never served for the other.</summary>
public sealed class TagSourceTests(RedisFixture redis) : PageSuite(redis)
{
    private const string Tenant = "X-Tenant";

    [Theory]
    [InlineData("/shop?tenant=acme", null, "/shop", "acme")]
    [InlineData("/shop", "acme", "/shop?tenant=acme", null)]
    [InlineData("/shop?TENANT=acme", null, "/shop?tenant=other", "acme")]
    [InlineData("/shop", "acme", "/shop?Tenant=acme&tenant=acme", null)]
    [InlineData("/other?tenant=acme", null, "/other", "acme")]
    public async Task Get_TheSameValueFromTheRouteAndFromTheQuery_AreTwoPages(string first, string? firstTenant, string second, string? secondTenant)
    {
        await using var app = await StartAsync();
        var page = await PageApp.StoredAsync(() => GetAsync(app, first, firstTenant));
        Assert.StartsWith(firstTenant ?? "nobody", page, StringComparison.Ordinal);
        Assert.StartsWith(secondTenant ?? "nobody", await GetAsync(app, second, secondTenant), StringComparison.Ordinal);
        Assert.Equal(page, await GetAsync(app, first, firstTenant));
    }

    /// <summary>ASP.NET Core knows no asterisk for route values, and only one that is alone for the query.</summary>
    [Theory]
    [InlineData("/asterisk", "acme", "/asterisk", "other")]
    [InlineData("/asterisk?tenant=acme", null, "/asterisk?tenant=other", null)]
    public async Task Get_TheRulesNameAnAsteriskAmongOthers_AreTwoPages(string first, string? firstTenant, string second, string? secondTenant)
    {
        await using var app = await StartAsync();
        var page = await PageApp.StoredAsync(() => GetAsync(app, first, firstTenant));
        Assert.NotEqual(page, await GetAsync(app, second, secondTenant));
        Assert.Equal(page, await GetAsync(app, first, firstTenant));
    }

    [Theory]
    [InlineData("/shop?tenant=1%1F2", "/shop?tenant=1&tenant=2")]
    [InlineData("/shop?tenant=1:1", "/shop?tenant=&tenant=1")]
    [InlineData("/shop?tenant=1&tenant=23", "/shop?tenant=12&tenant=3")]
    public async Task Get_SeveralValues_AreAnotherPageThanTheirTextInOne(string first, string second)
    {
        await using var app = await StartAsync();
        var page = await app.GetStoredAsync(first);
        Assert.NotEqual(page, await app.GetAsync(second));
        Assert.Equal(page, await app.GetAsync(first));
    }

    [Fact]
    public async Task Get_TheRouteAndTheQueryHaveTheName_TheRouteCounts()
    {
        await using var app = await StartAsync();
        var page = await PageApp.StoredAsync(() => GetAsync(app, "/shop?tenant=other", "acme"));
        Assert.Equal(page, await GetAsync(app, "/shop", "acme"));
        await app.Pages.EvictByTagAsync("tenant:other", default);
        Assert.Equal(page, await GetAsync(app, "/shop?tenant=other", "acme"));
        await app.Pages.EvictByTagAsync("tenant:acme", default);
        Assert.NotEqual(page, await GetAsync(app, "/shop?tenant=other", "acme"));
    }

    private static Task<string> GetAsync(PageApp app, string path, string? tenant) =>
        tenant is null ? GetAsync(app, path) : GetAsync(app, path, (Tenant, tenant));

    private Task<PageApp> StartAsync() => PageApp.StartAsync(
        Redis.ConnectionString,
        app =>
        {
            app.MapGet("/shop", Page).CacheOutput(static policy => policy.Expire(Lifetime).SetVaryByQuery("page").Tag("tenant:{tenant}"));
            app.MapGet("/asterisk", Page).CacheOutput(static policy => policy.Expire(Lifetime).SetVaryByQuery("page", "*").SetVaryByRouteValue("*").Tag("tenant:{tenant}"));
            app.MapGet("/other", Page).CacheOutput(static policy => policy.Expire(Lifetime).SetVaryByQuery("page").Tag("all", "{Tenant}:of:{TENANT}"));
        },
        options => options.KeyPrefix = KeyPrefix,
        pipeline: static app =>
        {
            app.UseRouting();
            app.Use(static (context, next) =>
            {
                if (context.Request.Headers[Tenant] is [{ } tenant])
                    context.Request.RouteValues["tenant"] = tenant; // it is known
                return next(context);
            });
            app.UseRedisTagOutputCache();
        });

    private string Page(HttpContext context) => $"{context.Request.RouteValues["tenant"] ?? "nobody"} {Render("page")}";
}
