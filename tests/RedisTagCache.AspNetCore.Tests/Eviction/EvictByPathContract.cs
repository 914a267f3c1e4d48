using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Eviction;

/// <summary>An eviction of a path reaches every page of it, as the requests entered the cache.</summary>
public abstract class EvictByPathContract(IServed redis) : IAsyncLifetime
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private PageApp _a = null!;
    private PageApp _b = null!;
    private int _version;

    public async ValueTask InitializeAsync() => (_a, _b) = (await StartAsync(), await StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
    }

    [Theory]
    [InlineData("/posts/7", "/posts/7/")]
    [InlineData("/posts/7/", "/posts/7")]
    [InlineData("/POSTS/7", "/posts/7")]
    [InlineData("/posts/7?x=1", "/posts/7")]
    [InlineData("/posts/7", "/posts/7?x=1")]
    [InlineData("/posts/7", "/posts/7#top")]
    [InlineData("/posts/7", "https://pages.example/posts/7?x=1")]
    [InlineData("/posts/a%20b", "/posts/a b")]
    [InlineData("/posts/a%20b", "/posts/a%20b")]
    [InlineData("/posts/caf%C3%A9", "/posts/CAF\u00C9")]
    [InlineData("/posts/a%2Fb", "/posts/a%2fb")]
    [InlineData("/posts/a%2520b", "/posts/a%2520b")]
    [InlineData("/posts/a%3Fb", "/posts/a%3Fb")]
    [InlineData("/", "/")]
    [InlineData("/?x=1", "")]
    public async Task Evict_InAnotherSpelling_ReachesThePage(string page, string path)
    {
        var other = await _a.GetStoredAsync("/posts/70");
        foreach (var isText in new[] { true, false })
        {
            if (!isText && path.StartsWith("http", StringComparison.Ordinal))
                continue;
            var old = await _a.GetStoredAsync(page);
            Assert.Equal(old, await _b.GetAsync(page));
            if (isText)
                await _b.Pages.EvictByPathAsync(path, TestContext.Current.CancellationToken);
            else
                await _b.Pages.EvictByPathAsync(PathString.FromUriComponent(path), TestContext.Current.CancellationToken);
            Assert.NotEqual(old, await _a.GetAsync(page));
        }

        Assert.Equal(other, await _a.GetAsync("/posts/70"));
    }

    [Theory]
    [InlineData("posts/7")]
    [InlineData("ftp://pages.example/posts/7")]
    [InlineData("?x=1")]
    public async Task Evict_OfNoPath_Throws(string path)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await _a.Pages.EvictByPathAsync(path, TestContext.Current.CancellationToken));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(async () => await _a.Store.ExpireByPathAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Post_ThatAPolicyCaches_HasItsTagsAndItsPath()
    {
        foreach (var evict in new Func<Task>[]
        {
            () => _b.Pages.EvictByTagAsync("search:7", default).AsTask(),
            () => _b.Pages.EvictByPathAsync("/search/007/").AsTask(),
            () => _b.Pages.EvictByTagAsync("*", default).AsTask(),
        })
        {
            var old = await PageApp.StoredAsync(() => PostAsync(_a, "/search/007"));
            await evict();
            Assert.NotEqual(old, await PostAsync(_a, "/search/007"));
        }
    }

    [Fact]
    public async Task Post_ThatIsStale_IsRenderedWithItsBody()
    {
        var old = await PageApp.StoredAsync(() => PostAsync(_a, "/search/1", "body"));
        Assert.EndsWith("body", old, StringComparison.Ordinal);
        await _b.Store.ExpireByTagAsync("search:1", TestContext.Current.CancellationToken);
        var next = await PostAsync(_a, "/search/1", "body");
        Assert.NotEqual(old, next);
        Assert.EndsWith("body", next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PathThatIsRewrittenBehindTheCache_IsTheOneThatWasAskedFor()
    {
        var (dashboard, other) = (await _a.GetStoredAsync("/dashboard"), await _a.GetStoredAsync("/settings"));
        Assert.Equal(dashboard, await _b.GetAsync("/dashboard"));
        await _b.Pages.EvictByPathAsync("/dashboard");
        Assert.Equal((true, other), (dashboard != await _a.GetAsync("/dashboard"), await _a.GetAsync("/settings")));

        // The attribute's window: the old page is served while it is rendered again.
        var next = await _a.GetStoredAsync("/dashboard");
        await _b.Store.ExpireByPathAsync("/dashboard");
        Assert.Equal(next, await _a.GetAsync("/dashboard"));
        await Eventually.BecomesTrueAsync(async () => await _a.GetAsync("/dashboard") != next, "it is refreshed");
        var entry = (await Entries()).Single(entry => entry.Tags.Contains("@path:/settings"));
        Assert.True(entry.StaleUntil > entry.FreshUntil || entry.TimeToLive > TimeSpan.FromMinutes(10), "its stale window is kept");
    }

    private async Task<List<Management.CacheEntryInfo>> Entries()
    {
        var found = new List<Management.CacheEntryInfo>();
        await foreach (var entry in _a.Services.GetRequiredService<Management.ITagCacheInspector>().FindAsync(new Management.CacheEntryQuery(), TestContext.Current.CancellationToken))
            found.Add(entry);
        return found;
    }

    private static async Task<string> PostAsync(PageApp app, string path, string body = "")
    {
        using var content = new StringContent(body);
        using var response = await app.Client.PostAsync(path, content);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync();
    }

    private Task<PageApp> StartAsync() => PageApp.StartAsync(redis.ConnectionString, Map, options => options.KeyPrefix = _prefix);

    private string Next() => Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture);

    private void Map(WebApplication app)
    {
        app.MapGet("/", Next).CacheOutput();
        app.MapGet("/posts/{id}", Next).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)));
        app.MapPost("/search/{id:int}", async (HttpContext context) => $"{Next()} {await new StreamReader(context.Request.Body).ReadToEndAsync()}")
            .CacheOutput(policy => policy.AddPolicy<CacheEveryMethod>().Tag("search:{id}"), excludeDefaultPolicy: true);

        // As MapFallbackToFile does it.
        var rewriting = ((Microsoft.AspNetCore.Routing.IEndpointRouteBuilder)app).CreateApplicationBuilder();
        rewriting.Use((context, next) =>
        {
            context.Request.Path = "/index.html";
            context.SetEndpoint(null);
            return next(context);
        });
        rewriting.Run(context => context.Response.WriteAsync(Next()));
        app.MapFallback("{*path:nonfile}", rewriting.Build()).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(1))).WithMetadata(new StaleWhileRevalidateAttribute(3_600));
    }

    private sealed class CacheEveryMethod : IOutputCachePolicy
    {
        public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
        {
            context.EnableOutputCaching = context.AllowCacheLookup = context.AllowCacheStorage = context.AllowLocking = true;
            context.ResponseExpirationTimeSpan = TimeSpan.FromMinutes(5);
            return default;
        }

        public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => default;

        public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation) => default;
    }
}

public sealed class EvictByPathTests(RedisFixture redis) : EvictByPathContract(redis), IClassFixture<RedisFixture>;

public sealed class ClusterEvictByPathTests(ClusterFixture cluster) : EvictByPathContract(cluster), IClassFixture<ClusterFixture>;

public sealed class InMemoryEvictByPathTests(InMemoryFixture server) : EvictByPathContract(server), IClassFixture<InMemoryFixture>;
