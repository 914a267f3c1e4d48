using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Refresh;

/// <summary>Pages that are served after their expiry while they are rendered again.</summary>
public class StaleWhileRevalidateTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly TimeSpan _short = TimeSpan.FromMilliseconds(200);
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private int _version;
    private int _status = 200;

    /// <summary>The memory for copies of pages.</summary>
    protected virtual long CopyBytes => 0;

    [Theory]
    [InlineData("/policy", true)]
    [InlineData("/attribute", true)]
    [InlineData("/option", true)]
    [InlineData("/policy-says-no", false)]
    [InlineData("/attribute-says-no", false)]
    public async Task Expired_IsServedOnceMore_WhereSomethingSaysSo(string path, bool isServed)
    {
        await using var app = await StartAsync(pages: options => options.StaleWindow = TimeSpan.FromMinutes(5));
        var old = await app.GetAsync(path);
        await ExpireAsync();
        var next = await app.GetAsync(path);
        Assert.Equal(isServed, next == old);
        if (isServed)
            await Eventually.BecomesTrueAsync(async () => await app.GetAsync(path) != old, "it is refreshed");
    }

    [Fact]
    public async Task Expired_IsNotServed_WhereNothingSaysSo()
    {
        await using var app = await StartAsync();
        var old = await app.GetAsync("/option");
        await ExpireAsync();
        Assert.NotEqual(old, await app.GetAsync("/option"));
    }

    /// <summary>With ASP.NET Core's own middleware nothing runs behind a request: one renders the page, the others are served.</summary>
    [Fact]
    public async Task WithUseOutputCache_OneRequestRendersIt()
    {
        await using var app = await StartAsync(pipeline: a => a.UseOutputCache());
        var old = await app.GetAsync("/policy");
        await ExpireAsync();
        var versions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => app.GetAsync("/policy")));
        Assert.Contains("2", versions);
        Assert.All(versions, version => Assert.Contains(version, new[] { old, "2" }));
        Assert.Equal("2", await app.GetAsync("/policy"));
        Assert.Equal(2, _version);
    }

    [Fact]
    public async Task FailingRefresh_KeepsThePage_AndIsNotTriedAgainAtOnce()
    {
        await using var app = await StartAsync(options => options.RetryDelay = TimeSpan.FromSeconds(4)); // longer than a hundred requests take on a busy machine
        var old = await app.GetAsync("/policy");
        await ExpireAsync();
        _status = 500;
        for (var i = 0; i < 50; i++)
            Assert.Equal(old, await app.GetAsync("/policy"));
        await Eventually.BecomesTrueAsync(() => _version == 2, "it was tried");
        for (var i = 0; i < 50; i++)
            Assert.Equal(old, await app.GetAsync("/policy"));
        Assert.Equal(2, _version);

        _status = 200;
        await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/policy") != old, "it is refreshed after the delay");
        Assert.Equal(3, _version);
    }

    [Fact]
    public async Task RefreshThatFindsNothing_RemovesThePage()
    {
        await using var app = await StartAsync();
        var old = await app.GetAsync("/policy");
        await ExpireAsync();
        _status = 404;
        Assert.Equal(old, await app.GetAsync("/policy"));
        await Eventually.BecomesTrueAsync(async () =>
        {
            using var response = await app.Client.GetAsync(new Uri("/policy", UriKind.Relative));
            return response.StatusCode == HttpStatusCode.NotFound;
        }, "it is gone");
        _status = 200;
        await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/policy") is { } page && page == await app.GetAsync("/policy"), "it is cached again");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(366 * 86_400)]
    public void WindowOutOfRange_IsRefused(int seconds)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new StaleWhileRevalidateAttribute(seconds));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OutputCacheOptions().AddPolicy("p", policy => policy.StaleWhileRevalidate(TimeSpan.FromSeconds(seconds))));
    }

    private static Task ExpireAsync() => Task.Delay(_short + TimeSpan.FromMilliseconds(50)); // a lifetime is to pass

    private Task<PageApp> StartAsync(Action<RedisTagOutputCacheOptions>? pages = null, Action<WebApplication>? pipeline = null) => PageApp.StartAsync(
        redis.ConnectionString,
        app =>
        {
            var window = TimeSpan.FromMinutes(5);
            app.MapGet("/policy", Render).CacheOutput(policy => policy.Expire(_short).StaleWhileRevalidate(window));
            app.MapGet("/attribute", [StaleWhileRevalidate(300)] (HttpContext context) => Render(context)).CacheOutput(policy => policy.Expire(_short));
            app.MapGet("/option", Render).CacheOutput(policy => policy.Expire(_short));
            app.MapGet("/policy-says-no", [StaleWhileRevalidate(300)] (HttpContext context) => Render(context)).CacheOutput(policy => policy.Expire(_short).StaleWhileRevalidate(TimeSpan.Zero));
            app.MapGet("/attribute-says-no", [StaleWhileRevalidate(0)] (HttpContext context) => Render(context)).CacheOutput(policy => policy.Expire(_short));
        },
        options => options.KeyPrefix = _prefix,
        pages: options =>
        {
            options.RetryDelay = TimeSpan.FromSeconds(1);
            options.UncacheableDuration = TimeSpan.FromSeconds(1);
            options.LocalCacheBytes = CopyBytes;
            pages?.Invoke(options);
        },
        pipeline: pipeline);

    /// <summary>Only the first version expires within a test, however slow the machine is.</summary>
    private IResult Render(HttpContext context)
    {
        var version = Interlocked.Increment(ref _version);
        if (version > 1)
            context.Features.Get<IOutputCacheFeature>()!.Context.ResponseExpirationTimeSpan = TimeSpan.FromHours(1);
        return Results.Text(version.ToString(CultureInfo.InvariantCulture), statusCode: _status);
    }
}
