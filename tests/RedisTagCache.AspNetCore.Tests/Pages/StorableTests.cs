using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Pages;

/// <summary>What output caching keeps from its store, it keeps from this one; and nothing a page says about itself makes its request fail.</summary>
public class StorableTests(RedisFixture redis) : PageSuite(redis)
{
    private const string Scheme = "cookie";

    [Theory]
    [InlineData("/cookie", HttpStatusCode.OK)]
    [InlineData("/no-store", HttpStatusCode.OK)]
    [InlineData("/missing", HttpStatusCode.NotFound)]
    [InlineData("/failed", HttpStatusCode.InternalServerError)]
    [InlineData("/moved", HttpStatusCode.Redirect)]
    public async Task ResponsesThatAreNotToBeKept_AreRenderedEachTime_AndLeaveNoEntry(string path, HttpStatusCode status)
    {
        await using var app = await StartAsync(MapUnstorable);
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(status, (await SendAsync(app, HttpMethod.Get, path)).Status);
            Assert.Equal(i, Renderings(path));
        }

        Assert.Equal(0, await EntriesAsync());
        await app.GetAsync("/kept");
        Assert.Equal(1, await EntriesAsync());
    }

    [Fact]
    public async Task Post_IsNeverCached()
    {
        await using var app = await StartAsync(app => app.MapPost("/page", () => Render("page")).CacheOutput(policy => policy.Expire(Lifetime)));
        Assert.Equal("1", (await SendAsync(app, HttpMethod.Post, "/page")).Text);
        Assert.Equal("2", (await SendAsync(app, HttpMethod.Post, "/page")).Text);
        Assert.Equal(0, await EntriesAsync());
    }

    [Fact]
    public async Task AuthorizationHeader_KeepsThePageOutOfTheCache()
    {
        await using var app = await StartAsync(MapPage);
        Assert.Equal("1", await GetAsync(app, "/page", ("Authorization", "Basic YTpi")));
        Assert.Equal("2", await GetAsync(app, "/page", ("Authorization", "Basic YTpi")));
        Assert.Equal("3", await app.GetAsync("/page"));
        Assert.Equal("4", await GetAsync(app, "/page", ("Authorization", "Basic YTpi")));
        Assert.Equal("3", await app.GetAsync("/page"));
    }

    [Fact]
    public async Task AuthenticatedUser_IsNeitherServedFromTheCacheNorKeptInIt()
    {
        static void AddCookies(IServiceCollection services) => services.AddAuthentication(Scheme).AddCookie(Scheme);
        await using var user = await StartAsync(MapPage, AddCookies);
        await using var anybody = await StartAsync(MapPage, AddCookies);
        Assert.Equal("1", await user.GetAsync("/page"));
        await user.GetAsync("/login"); // the client keeps the cookie
        Assert.Equal("2", await user.GetAsync("/page"));
        Assert.Equal("3", await user.GetAsync("/page"));
        Assert.Equal("1", await anybody.GetAsync("/page"));
    }

    [Fact]
    public async Task TagThatIsNone_LeavesThePageUncachedAndTheRequestWhole()
    {
        foreach (var tag in new[] { null, "", "\ud800" })
        {
            await using var app = await StartAsync(app => MapTagged(app, [tag!]));
            var before = Renderings("page");
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(app, HttpMethod.Get, "/page")).Status);
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(app, HttpMethod.Get, "/page")).Status);
            Assert.Equal(before + 2, Renderings("page"));
        }
    }

    [Fact]
    public async Task ManyTags_AreAllKept_UpToTheLimit()
    {
        string[] most = [.. Enumerable.Range(0, 999).Select(i => $"t{i}")]; // and the one that every page carries
        await using var app = await StartAsync(app => MapTagged(app, most));
        Assert.Equal("1", await app.GetAsync("/page"));
        Assert.Equal("1", await app.GetAsync("/page"));
        await app.Pages.EvictByTagAsync("t998", default);
        Assert.Equal("2", await app.GetAsync("/page"));
    }

    private void MapUnstorable(WebApplication app)
    {
        Map("/kept", static _ => { });
        Map("/cookie", static context => context.Response.Cookies.Append("a", "b"));
        Map("/no-store", static _ => { }).WithMetadata(new OutputCacheAttribute { NoStore = true });
        Map("/missing", static context => context.Response.StatusCode = 404);
        Map("/failed", static context => context.Response.StatusCode = 500);
        Map("/moved", static context => context.Response.Redirect("/elsewhere"));

        RouteHandlerBuilder Map(string path, Action<HttpContext> answer) => app
            .MapGet(path, (HttpContext context) =>
            {
                answer(context);
                return Render(path);
            })
            .CacheOutput(policy => policy.Expire(Lifetime));
    }

    private void MapPage(WebApplication app)
    {
        app.MapGet("/page", () => Render("page")).CacheOutput(policy => policy.Expire(Lifetime));
        app.MapGet("/login", (HttpContext context) => context.SignInAsync(Scheme, new ClaimsPrincipal(new ClaimsIdentity([], Scheme))));
    }

    private void MapTagged(WebApplication app, IEnumerable<string> tags) => app
        .MapGet("/page", (HttpContext context) =>
        {
            context.Features.Get<IOutputCacheFeature>()!.Context.Tags.UnionWith(tags);
            return Render("page");
        })
        .CacheOutput(policy => policy.Expire(Lifetime));

    private async Task<long> EntriesAsync()
    {
        var server = Redis.Connection.GetServers()[0];
        return await server.KeysAsync(pattern: $"{{{KeyPrefix}:*:e:*").CountAsync();
    }
}
