using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Eviction;

/// <summary>A request that is refused evicts nothing, whatever its response is: a redirection to the login page is below 400 too. And whose page a tag is about is not up to the client.</summary>
public sealed class RefusedEvictionTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const string User = "X-User";
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private int _version;

    [Theory]
    [InlineData("/guarded/1/change")]
    [InlineData("/filtered/1/change")]
    [InlineData("/awaited/1/change")]
    public async Task Refused_WithARedirection_EvictsNothing_AndGrantedEvicts(string path)
    {
        await using var app = await StartAsync();
        var page = await app.GetStoredAsync("/articles/1");
        Assert.Equal(HttpStatusCode.Found, await PostAsync(app, path, user: null));
        Assert.Equal(page, await app.GetAsync("/articles/1"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(app, path, "somebody"));
        Assert.NotEqual(page, await app.GetAsync("/articles/1"));
    }

    [Fact]
    public async Task Failed_AndAnsweredByMiddlewareWithARedirection_EvictsNothing()
    {
        await using var app = await StartAsync();
        var page = await app.GetStoredAsync("/articles/1");
        Assert.Equal(HttpStatusCode.Found, await PostAsync(app, "/missing/1", "somebody"));
        Assert.Equal(page, await app.GetAsync("/articles/1"));
    }

    /// <summary>The tenants' names occur elsewhere in the path.</summary>
    [Fact]
    public async Task ValueOfMiddleware_ThatOccursInThePath_VariesTheKey()
    {
        await using var app = await StartAsync();
        var pages = new Dictionary<string, string>();
        foreach (var tenant in new[] { "1", "2" })
            pages[tenant] = await PageApp.StoredAsync(() => GetAsync(app, "/shop/12", tenant));
        Assert.Equal((true, true), (pages["1"].StartsWith("1:", StringComparison.Ordinal), pages["2"].StartsWith("2:", StringComparison.Ordinal)));
        await app.Pages.EvictByTagAsync("tenant:2", default);
        Assert.Equal(pages["1"], await GetAsync(app, "/shop/12", "1"));
        Assert.NotEqual(pages["2"], await GetAsync(app, "/shop/12", "2"));
        Assert.Equal(await PageApp.StoredAsync(() => GetAsync(app, "/shop/12/3", "1")), await GetAsync(app, "/shop/12/3", "2")); // it is the path's own
    }

    private static async Task<HttpStatusCode> PostAsync(PageApp app, string path, string? user)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Host = "pages.example";
        if (user is not null)
            request.Headers.Add(User, user);
        using var response = await app.Client.SendAsync(request);
        return response.StatusCode;
    }

    private static async Task<string> GetAsync(PageApp app, string path, string tenant)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = "pages.example";
        request.Headers.Add("X-Tenant", tenant);
        using var response = await app.Client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }

    private Task<PageApp> StartAsync() => PageApp.StartAsync(
        redis.ConnectionString,
        Map,
        options => options.KeyPrefix = _prefix,
        services => services.AddControllers().AddApplicationPart(typeof(RefusedEvictionTests).Assembly),
        pipeline: static app =>
        {
            app.UseStatusCodePagesWithRedirects("/status/{0}");
            app.UseRouting();
            app.Use(static (context, next) =>
            {
                if (context.Request.Headers["X-Tenant"] is [{ } tenant])
                    context.Request.RouteValues.TryAdd("tenant", tenant);
                if (!context.Request.Path.StartsWithSegments("/guarded") || context.Request.Headers.ContainsKey(User))
                    return next(context);
                context.Response.Redirect("/login"); // as authorization does for a browser
                return Task.CompletedTask;
            });
            app.UseOutputCache();
        });

    private void Map(WebApplication app)
    {
        app.MapGet("/articles/{id:int}", Next).CacheOutput(static policy => policy.Tag("article:{id}"));
        app.MapGet("/shop/{page:int}/{tenant?}", (HttpContext context) => $"{context.Request.RouteValues["tenant"]}: {Next()}").CacheOutput(static policy => policy.Tag("tenant:{tenant}"));
        app.MapPost("/guarded/{id:int}/change", static () => "changed").EvictOutputCache("article:{id}");
        app.MapPost("/missing/{id:int}", static () => Results.NotFound()).EvictOutputCache("article:{id}");
        app.MapControllers();
    }

    private string Next() => Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture);
}

[Route("filtered/{id:int}")]
public sealed class FilteredController : ControllerBase
{
    [HttpPost("change")]
    [TypeFilter<LoginFilter>]
    [EvictOutputCache(Tags = ["article:{id}"])]
    public string Change() => HttpContext.Request.Path.Value!;

    [HttpPost("/awaited/{id:int}/change")]
    [EvictOutputCache(Tags = ["article:{id}"])]
    [TypeFilter<LoginFilter>]
    public async Task<string> ChangeLaterAsync()
    {
        await Task.Yield();
        return HttpContext.Request.Path.Value!;
    }
}

/// <summary>Refuses those who are not signed in, as MVC's own filter does.</summary>
public sealed class LoginFilter : IAuthorizationFilter
{
    public void OnAuthorization(AuthorizationFilterContext context)
    {
        if (!context.HttpContext.Request.Headers.ContainsKey("X-User"))
            context.Result = new RedirectResult("/login");
    }
}
