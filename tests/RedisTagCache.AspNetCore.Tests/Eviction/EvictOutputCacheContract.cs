using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Eviction;

/// <summary>Tags with values, and evictions that follow a response.</summary>
public abstract class EvictOutputCacheContract(IServed redis) : IAsyncLifetime
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private PageApp _a = null!;
    private PageApp _b = null!;
    private int _version;

    public async ValueTask InitializeAsync() => (_a, _b) = (await StartAsync(redis.ConnectionString), await StartAsync(redis.ConnectionString));

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
    }

    [Theory]
    [InlineData("/articles/1/change", true)]
    [InlineData("/controller/1/change", true)]
    [InlineData("/articles/1/redirect", true)]
    [InlineData("/articles/1/refuse", false)]
    [InlineData("/articles/1/fail", false)]
    [InlineData("/articles/1/throw", false)]
    [InlineData("/articles/1/nothing", false)]
    public async Task AfterSuccess_TheArticleIsNew_AndNoOther(string post, bool isEvicted)
    {
        var (one, two) = (await _a.GetStoredAsync("/articles/1"), await _a.GetStoredAsync("/articles/2"));
        Assert.Equal(one, await _b.GetStoredAsync("/articles/1"));
        await PostAsync(_b, post);
        Assert.Equal(isEvicted, await _a.GetAsync("/articles/1") != one);
        Assert.Equal(two, await _a.GetAsync("/articles/2"));
    }

    [Fact]
    public async Task AttributeOnAController_HasTagsWithValues()
    {
        var (one, two) = (await _a.GetStoredAsync("/controller/1"), await _a.GetStoredAsync("/controller/2"));
        await PostAsync(_a, "/controller/1/change");
        Assert.NotEqual(one, await _b.GetAsync("/controller/1"));
        Assert.Equal(two, await _b.GetAsync("/controller/2"));
    }

    [Fact]
    public async Task ValueOfTheQuery_IsInTheTag()
    {
        var (one, two) = (await _a.GetStoredAsync("/lists?section=a"), await _a.GetStoredAsync("/lists?section=b"));
        await _b.Pages.EvictByTagAsync("section:a", default);
        Assert.NotEqual(one, await _a.GetAsync("/lists?section=a"));
        Assert.Equal(two, await _a.GetAsync("/lists?section=b"));
        var none = await _a.GetAsync("/lists");
        await _b.Pages.EvictByTagAsync("section:{section}", default);
        Assert.Equal(none, await _a.GetAsync("/lists")); // no value, no tag
    }

    [Fact]
    public async Task TagsAddedByTheHandler_CountUntilThePageHasEnded()
    {
        foreach (var tag in new[] { "before", "after", "{braces}" })
        {
            var page = await _a.GetStoredAsync("/handler");
            Assert.Equal(page, await _a.GetAsync("/handler"));
            await _b.Pages.EvictByTagAsync(tag, default);
            Assert.NotEqual(page, await _a.GetAsync("/handler"));
        }

        await _a.GetAsync("/uncached"); // adds a tag, to no avail
    }

    [Fact]
    public async Task Path_IsEvictedInAllVariants_WithoutRegardToCase()
    {
        string[] variants = ["/articles/1", "/articles/1?a=1", "/ARTICLES/1?b=2"];
        var pages = await Task.WhenAll(variants.Select(_a.GetAsync));
        var other = await _a.GetStoredAsync("/articles/12");
        await _b.Pages.EvictByPathAsync("/Articles/1", TestContext.Current.CancellationToken);
        for (var i = 0; i < variants.Length; i++)
            Assert.NotEqual(pages[i], await _a.GetAsync(variants[i]));
        Assert.Equal(other, await _a.GetAsync("/articles/12"));
    }

    [Fact]
    public async Task Expire_ServesTheOldPageOnceMore()
    {
        var old = await _a.GetStoredAsync("/articles/3");
        await PostAsync(_b, "/articles/3/expire");
        Assert.Equal(old, await _a.GetAsync("/articles/3"));
        await Eventually.BecomesTrueAsync(async () => await _a.GetAsync("/articles/3") != old, "it is refreshed");

        // A refresh that starts before the instance knows of the expiry brings a page that is stale again.
        await Eventually.BecomesTrueAsync(() => IsFreshAsync(_a, "/articles/3"), "no refresh is under way");
        old = await _a.GetAsync("/articles/3");
        await _b.Store.ExpireByPathAsync("/articles/3", TestContext.Current.CancellationToken);
        Assert.Equal(old, await _a.GetAsync("/articles/3"));
        await Eventually.BecomesTrueAsync(async () => await _a.GetAsync("/articles/3") != old, "it is refreshed");
    }

    [Fact]
    public async Task WithoutRedis_TheResponseIsSent_AndTheEvictionRepeated()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await StartAsync(server.ConnectionString, options => options.OperationTimeout = TimeSpan.FromMilliseconds(500));
        var page = await app.GetStoredAsync("/articles/1");
        server.Hang();
        using var response = await app.Client.PostAsync("/articles/1/change", null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        server.Resume();
        await Eventually.BecomesTrueAsync(async () => (await app.GetAsync("/articles/1")) is { } now && now != page && now == await app.GetAsync("/articles/1"), "it is evicted, and cached again");
    }

    [Theory]
    [InlineData("/articles/1/evict-and-expire")]
    [InlineData("/articles/1/expire-and-evict")]
    public async Task WithoutRedis_EvictionAndExpiry_BothAreRepeated(string post)
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await StartAsync(server.ConnectionString, options => options.OperationTimeout = TimeSpan.FromMilliseconds(500));
        var (article, list) = (await app.GetStoredAsync("/articles/1"), await app.GetStoredAsync("/lists?section=a"));
        server.Hang();
        await PostAsync(app, post);
        server.Resume();
        await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/articles/1") != article, "it is evicted");
        await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/lists?section=a") != list, "it is expired");
        await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/articles/1") == await app.GetAsync("/articles/1"), "it is cached again");
    }

    private static async Task PostAsync(PageApp app, string path) => (await app.Client.PostAsync(path, null)).Dispose();

    private Task<PageApp> StartAsync(string connectionString, Action<RedisTagCacheOptions>? configure = null) => PageApp.StartAsync(
        connectionString,
        Map,
        options =>
        {
            options.KeyPrefix = _prefix;
            configure?.Invoke(options);
        },
        services => services.AddSingleton<Func<string>>(Next).AddControllers().AddApplicationPart(typeof(EvictOutputCacheTests).Assembly),
        pages =>
        {
            pages.PrepareRefresh = static (_, _, _) => default;
            pages.AddCacheStatusHeader = true;
        });

    private static async Task<bool> IsFreshAsync(PageApp app, string path)
    {
        using var response = await app.Client.GetAsync(path);
        return response.Headers.GetValues("X-Cache").Single() == "hit";
    }

    private string Next() => Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture);

    private void Map(WebApplication app)
    {
        app.MapGet("/articles/{id:int}", Next).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag("article:{id}"));
        app.MapGet("/lists", (string? section) => Next()).CacheOutput(policy => policy.Tag("section:{section}"));
        app.MapGet("/uncached", (HttpContext context) => context.AddOutputCacheTag("x"));
        app.MapGet("/handler", async (HttpContext context) =>
        {
            context.AddOutputCacheTag("before");
            await context.Response.WriteAsync(Next());
            await context.Response.Body.FlushAsync();
            context.AddOutputCacheTag("after", "{braces}");
        }).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)));

        app.MapPost("/articles/{id:int}/nothing", () => "nothing");
        app.MapPost("/articles/{id:int}/expire", () => "done").ExpireOutputCache("article:{id}");
        app.MapPost("/articles/{id:int}/redirect", (int id) => Results.Redirect($"/articles/{id}")).EvictOutputCache("article:{id}");
        app.MapPost("/articles/{id:int}/refuse", () => Results.BadRequest()).EvictOutputCache("article:{id}");
        app.MapPost("/articles/{id:int}/fail", () => Results.StatusCode(503)).EvictOutputCache("article:{id}");
        app.MapPost("/articles/{id:int}/throw", string () => throw new InvalidOperationException("thrown")).EvictOutputCache("article:{id}");
        app.MapPost("/articles/{id:int}/change", [EvictOutputCache(Tags = ["article:{id}", "missing:{value}"])] (HttpContext _) => "changed").EvictOutputCache("other");
        app.MapPost("/articles/{id:int}/evict-and-expire", () => "done").EvictOutputCache("article:{id}").ExpireOutputCache("section:a");
        app.MapPost("/articles/{id:int}/expire-and-evict", () => "done").ExpireOutputCache("section:a").EvictOutputCache("article:{id}");
        app.MapControllers();
    }
}

[Route("controller/{id:int}")]
public sealed class ArticlesController(Func<string> next) : ControllerBase
{
    [HttpGet]
    [OutputCache(Duration = 300, Tags = ["article:{id}"])]
    public string Show(int id) => $"{id}: {next()}";

    [HttpPost("change")]
    [EvictOutputCache(Tags = ["article:{id}"])]
    public IActionResult Change(int id) => Redirect($"/controller/{id}");
}

public sealed class EvictOutputCacheTests(RedisFixture redis) : EvictOutputCacheContract(redis), IClassFixture<RedisFixture>;

public sealed class ClusterEvictOutputCacheTests(ClusterFixture cluster) : EvictOutputCacheContract(cluster), IClassFixture<ClusterFixture>;

public sealed class InMemoryEvictOutputCacheTests(InMemoryFixture server) : EvictOutputCacheContract(server), IClassFixture<InMemoryFixture>;
