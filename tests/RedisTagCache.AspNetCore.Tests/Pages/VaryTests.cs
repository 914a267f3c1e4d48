using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Pages;

/// <summary>What a page varies by gives entries of their own, and only that; an eviction reaches all of them.</summary>
public class VaryTests(RedisFixture redis) : PageSuite(redis)
{
    private Task<PageApp> StartAsync(Action<OutputCachePolicyBuilder> vary, string pattern = "/page") => StartAsync((WebApplication app) => app
        .MapGet(pattern, () => Render("page"))
        .CacheOutput(policy =>
        {
            policy.Expire(Lifetime).Tag("pages");
            vary(policy);
        }));

    [Fact]
    public async Task Query_VariesByAllOfItByDefault()
    {
        await using var app = await StartAsync(static _ => { });
        Assert.Equal("1", await app.GetAsync("/page?a=1"));
        Assert.Equal("2", await app.GetAsync("/page?a=2"));
        Assert.Equal("3", await app.GetAsync("/page?a=1&b=1"));
        Assert.Equal("4", await app.GetAsync("/page"));
        Assert.Equal("1", await app.GetAsync("/page?a=1"));
        Assert.Equal("3", await app.GetAsync("/page?b=1&a=1"));
    }

    [Fact]
    public async Task Query_WithNamedKeys_VariesByThoseAlone()
    {
        await using var app = await StartAsync(static policy => policy.SetVaryByQuery("a"));
        Assert.Equal("1", await app.GetAsync("/page?a=1&b=1"));
        Assert.Equal("1", await app.GetAsync("/page?a=1&b=2"));
        Assert.Equal("2", await app.GetAsync("/page?a=2&b=1"));
    }

    [Fact]
    public async Task Header_VariesByTheNamedOneAlone()
    {
        await using var app = await StartAsync(static policy => policy.SetVaryByHeader("Accept-Language"));
        Assert.Equal("1", await GetAsync(app, "/page", ("Accept-Language", "de")));
        Assert.Equal("2", await GetAsync(app, "/page", ("Accept-Language", "fr")));
        Assert.Equal("1", await GetAsync(app, "/page", ("Accept-Language", "de"), ("X-Other", "1")));
        Assert.Equal("3", await GetAsync(app, "/page"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RouteValue_VariesByItsCase_WhereThePathDoesNot(bool isVaried)
    {
        await using var app = await StartAsync(policy => policy.SetVaryByRouteValue(isVaried ? ["id"] : []), "/page/{id}");
        Assert.Equal("1", await app.GetAsync("/page/a"));
        Assert.Equal("2", await app.GetAsync("/page/b"));
        Assert.Equal(isVaried ? "3" : "1", await app.GetAsync("/page/A"));
        Assert.Equal("1", await app.GetAsync("/page/a"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Host_VariesUnlessToldNotTo(bool isVaried)
    {
        await using var app = await StartAsync(policy => policy.SetVaryByHost(isVaried));
        Assert.Equal("1", await GetAsync(app, "/page", ("Host", "a.example")));
        Assert.Equal(isVaried ? "2" : "1", await GetAsync(app, "/page", ("Host", "b.example")));
        Assert.Equal("1", await GetAsync(app, "/page", ("Host", "a.example")));
    }

    [Fact]
    public async Task Value_VariesByWhatTheApplicationSays()
    {
        await using var app = await StartAsync(static policy => policy.VaryByValue(static context => new("tenant", context.Request.Headers["X-Tenant"].ToString())));
        Assert.Equal("1", await GetAsync(app, "/page", ("X-Tenant", "a")));
        Assert.Equal("2", await GetAsync(app, "/page", ("X-Tenant", "b")));
        Assert.Equal("1", await GetAsync(app, "/page", ("X-Tenant", "a")));
    }

    [Fact]
    public async Task LongAndForeignKeys_AreToldApart()
    {
        await using var a = await StartAsync(static _ => { });
        await using var b = await StartAsync(static _ => { });
        var query = "/page?q=" + new string('x', 2_000); // beyond what is stored by name
        Assert.Equal("1", await a.GetAsync(query + "1"));
        Assert.Equal("2", await a.GetAsync(query + "2"));
        Assert.Equal("1", await b.GetAsync(query + "1"));
        Assert.Equal("2", await b.GetAsync(query + "2"));
        Assert.Equal("3", await a.GetAsync("/page?q=" + Uri.EscapeDataString("žluťoučký 🦄")));
        Assert.Equal("3", await b.GetAsync("/page?q=" + Uri.EscapeDataString("žluťoučký 🦄")));
    }

    [Fact]
    public async Task Eviction_ReachesEveryVariant()
    {
        await using var a = await StartAsync(static policy => policy.SetVaryByHeader("Accept-Language"));
        await using var b = await StartAsync(static policy => policy.SetVaryByHeader("Accept-Language"));
        Assert.Equal("1", await GetAsync(a, "/page?a=1", ("Accept-Language", "de")));
        Assert.Equal("2", await GetAsync(a, "/page?a=2", ("Accept-Language", "fr")));
        Assert.Equal("2", await GetAsync(b, "/page?a=2", ("Accept-Language", "fr")));
        await a.Pages.EvictByTagAsync("pages", default);
        Assert.Equal("3", await GetAsync(b, "/page?a=1", ("Accept-Language", "de")));
        Assert.Equal("4", await GetAsync(b, "/page?a=2", ("Accept-Language", "fr")));
    }
}
