using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.Tests.Pages;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Refresh;

/// <summary>Refreshes of pages that depend on state which middleware has added to their request.</summary>
public sealed class CarriedStateTests(RedisFixture redis) : PageSuite(redis)
{
    private static readonly AsyncLocal<string?> _current = new();
    private readonly List<string> _nonces = [];

    /// <summary>Without a delegate that prepares refreshes, the request that finds the stale page renders it. The others get the old page.</summary>
    [Theory]
    [InlineData("async-local")]
    [InlineData("scoped")]
    [InlineData("item")]
    [InlineData("feature")]
    [InlineData("global-feature")]
    public async Task StalePage_StateThatARefreshLacks_IsRenderedByTheRequest(string kind)
    {
        await using var app = await StartAsync(kind, prepare: null);
        Assert.Equal("acme 1", await GetAsync(app, "/page"));
        await app.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        Assert.Equal("acme 2", await GetAsync(app, "/page"));
        Assert.Equal("acme 2", await GetAsync(app, "/page"));
    }

    [Theory]
    [InlineData("async-local")]
    [InlineData("scoped")]
    [InlineData("item")]
    [InlineData("feature")]
    [InlineData("global-feature")]
    public async Task StalePage_PreparedByTheApplication_IsRefreshedInTheBackground(string kind)
    {
        await using var app = await StartAsync(kind, Prepare);
        Assert.Equal("acme 1", await GetAsync(app, "/page"));
        await app.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        Assert.Equal("acme 1", await GetAsync(app, "/page"));
        await Eventually.BecomesTrueAsync(async () => await GetAsync(app, "/page") == "acme 2", "it is refreshed");
    }

    [Fact]
    public async Task StalePage_SimpleItemsAndHeaders_AreCarried_AndTheNonceOfHeaderAndBodyIsOne()
    {
        await using var app = await StartAsync("nonce", prepare: null);
        var old = await GetNonceAsync(app);
        await app.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        Assert.Equal(old, await GetNonceAsync(app)); // from the cache: it was refreshed in the background
        await Eventually.BecomesTrueAsync(async () => await GetNonceAsync(app) != old, "it is refreshed");
        Assert.Equal(2, _nonces.Count);
    }

    [Fact]
    public async Task PrepareRefresh_Throws_TheOldPageIsServed()
    {
        await using var app = await StartAsync("item", static (_, _, _) => throw new InvalidOperationException("not prepared"));
        Assert.Equal("acme 1", await GetAsync(app, "/page"));
        await app.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        for (var i = 0; i < 5; i++)
            Assert.Equal("acme 1", await GetAsync(app, "/page"));
        Assert.Equal(1, Renderings("page"));
    }

    /// <summary>The delegate runs while the request is there, and what it sees belongs to that.</summary>
    [Fact]
    public async Task PrepareRefresh_RunsBeforeTheRequestGoesOn()
    {
        var hasEnded = false;
        await using var app = await StartAsync("item", async (original, refresh, _) =>
        {
            original.Response.OnCompleted(() => Task.FromResult(hasEnded = true));
            await Task.Yield();
            Assert.False(hasEnded);
            await Prepare(original, refresh, default);
        });
        Assert.Equal("acme 1", await GetAsync(app, "/page"));
        await app.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        Assert.Equal("acme 1", await GetAsync(app, "/page"));
        await Eventually.BecomesTrueAsync(async () => await GetAsync(app, "/page") == "acme 2", "it is refreshed");
    }

    private static ValueTask Prepare(HttpContext original, HttpContext refresh, CancellationToken cancellationToken)
    {
        _current.Value = original.Request.Headers["X-Tenant"];
        if (original.RequestServices.GetRequiredService<Tenant>().Name is { } name)
            refresh.RequestServices.GetRequiredService<Tenant>().Name = name;
        if (original.Items["tenant"] is Tenant { Name: var item })
            refresh.Items["tenant"] = new Tenant { Name = item };
        refresh.Features.Set(original.Features.Get<TenantFeature>());
        refresh.Features.Set(original.Features.Get<GlobalTenantFeature>());
        return default;
    }

    private static async Task<string> GetNonceAsync(PageApp app)
    {
        using var response = await app.Client.GetAsync(new Uri("/nonce", UriKind.Relative));
        var body = await response.Content.ReadAsStringAsync();
        Assert.Equal(body, response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.False(response.Headers.Contains("Set-Cookie") && response.Headers.Age is not null);
        return body;
    }

    private Task<PageApp> StartAsync(string kind, Func<HttpContext, HttpContext, CancellationToken, ValueTask>? prepare) => PageApp.StartAsync(
        Redis.ConnectionString,
        app =>
        {
            app.MapGet("/page", (HttpContext context) => Name(context, kind) + " " + Render("page")).CacheOutput(policy => policy.Tag("page"));
            app.MapGet("/nonce", (HttpContext context) =>
            {
                lock (_nonces)
                    _nonces.Add((string)context.Items["nonce"]!);
                return (string)context.Items["nonce"]!;
            }).CacheOutput(policy => policy.Tag("page"));
        },
        options => options.KeyPrefix = KeyPrefix,
        services => services.AddScoped<Tenant>(),
        pages => pages.PrepareRefresh = prepare,
        app =>
        {
            app.Use((context, next) =>
            {
                Add(context, kind);
                context.Request.Headers["X-Tenant"] = "acme";
                return next(context);
            });
            app.UseRedisTagOutputCache();
        });

    private static string? Name(HttpContext context, string kind) => kind switch
    {
        "async-local" => _current.Value,
        "scoped" => context.RequestServices.GetRequiredService<Tenant>().Name,
        "item" => (context.Items["tenant"] as Tenant)?.Name,
        "feature" => context.Features.Get<TenantFeature>()?.Name,
        _ => context.Features.Get<GlobalTenantFeature>()?.Name,
    };

    private static void Add(HttpContext context, string kind)
    {
        switch (kind)
        {
            case "async-local":
                _current.Value = "acme";
                break;
            case "scoped":
                context.RequestServices.GetRequiredService<Tenant>().Name = "acme";
                break;
            case "item":
                context.Items["tenant"] = new Tenant { Name = "acme" };
                break;
            case "feature":
                context.Features.Set(new TenantFeature("acme"));
                break;
            case "global-feature":
                context.Features.Set(new GlobalTenantFeature("acme"));
                break;
            default:
                var nonce = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
                context.Items["nonce"] = nonce;
                context.Response.Headers.ContentSecurityPolicy = nonce;
                break;
        }
    }

    private sealed class Tenant
    {
        public string? Name { get; set; }
    }

    private sealed record TenantFeature(string Name);
}
