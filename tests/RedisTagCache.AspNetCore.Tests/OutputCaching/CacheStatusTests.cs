using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.OutputCaching;

/// <summary>What responses tell of how they came about: <c>X-Cache</c>, <c>Age</c>, and 304 for what the client has.</summary>
public class CacheStatusTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private int _version;

    /// <summary>The memory for copies of pages.</summary>
    protected virtual long CopyBytes => 0;

    [Fact]
    public async Task Status_TellsWhereThePageCameFrom()
    {
        await using var app = await StartAsync(isAdded: true);
        Assert.Equal("miss", await StatusAsync(app, "/page"));
        Assert.Equal("hit", await StatusAsync(app, "/page"));
        await app.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        Assert.Equal("stale", await StatusAsync(app, "/page"));
        await Eventually.BecomesTrueAsync(async () => await StatusAsync(app, "/page") == "hit", "it is refreshed");
        await app.Pages.EvictByTagAsync("page", default);
        Assert.Equal("miss", await StatusAsync(app, "/page"));
        Assert.Equal("bypass", await StatusAsync(app, "/page", request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "x")));
        Assert.Null(await StatusAsync(app, "/uncached"));
        Assert.Equal("miss", await StatusAsync(app, "/missing"));
        Assert.Equal("miss", await StatusAsync(app, "/missing"));
    }

    [Fact]
    public async Task Status_IsNotAdded_UnlessTheOptionSaysSo()
    {
        await using var app = await StartAsync(isAdded: false);
        Assert.Null(await StatusAsync(app, "/page"));
        Assert.Null(await StatusAsync(app, "/page"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Known_IsAnsweredWith304_FreshAndStale(bool isStale)
    {
        await using var app = await StartAsync(isAdded: true);
        using var first = await app.Client.GetAsync(new Uri("/tagged", UriKind.Relative));
        if (isStale)
            await app.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/tagged");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await app.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Equal(isStale ? "stale" : "hit", second.Headers.GetValues("X-Cache").Single());
        Assert.Equal(first.Headers.ETag, second.Headers.ETag);
    }

    [Fact]
    public async Task Age_TellsHowOldThePageIs_AlsoWhenItIsStale()
    {
        await using var app = await StartAsync(isAdded: false);
        using var first = await app.Client.GetAsync(new Uri("/page", UriKind.Relative));
        Assert.Null(first.Headers.Age);
        await app.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        using var second = await app.Client.GetAsync(new Uri("/page", UriKind.Relative));
        Assert.NotNull(second.Headers.Age);
    }

    private static async Task<string?> StatusAsync(PageApp app, string path, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        change?.Invoke(request);
        using var response = await app.Client.SendAsync(request);
        return response.Headers.TryGetValues("X-Cache", out var values) ? values.Single() : null;
    }

    private Task<PageApp> StartAsync(bool isAdded) => PageApp.StartAsync(
        redis.ConnectionString,
        app =>
        {
            app.MapGet("/page", () => Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture)).CacheOutput(policy => policy.Tag("page"));
            app.MapGet("/uncached", () => "uncached");
            app.MapGet("/missing", () => Results.NotFound()).CacheOutput();
            app.MapGet("/tagged", (HttpResponse response) =>
            {
                response.Headers.ETag = "\"1\"";
                return "page";
            }).CacheOutput(policy => policy.Tag("page"));
        },
        options => options.KeyPrefix = _prefix,
        pages: options => (options.AddCacheStatusHeader, options.LocalCacheBytes) = (isAdded, CopyBytes));
}
