using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Refresh;

/// <summary>Which answers to a refresh end the stale page.</summary>
public sealed class RefreshAnswerTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<int, int> _renderings = new();
    private TaskCompletionSource _bothAreRendered = new();
    private bool _answersStatus;
    private int _together;

    private static readonly int[] _statuses =
    [
        201, 202, 203, 204, 205, 206, 207, 226, 300, 301, 302, 303, 304, 305, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421,
        422, 423, 424, 425, 426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 507, 508, 511, 599,
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refresh_AnsweredWithEachStatus_OnlyNotFoundAndGoneEndThePage(bool isInBackground)
    {
        await using var app = await StartAsync(isInBackground);
        foreach (var status in _statuses)
            Assert.Equal("page", await app.GetAsync($"/page/{status}"));
        await app.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        _answersStatus = true;
        var ended = new List<int>();
        foreach (var status in _statuses)
        {
            var answer = await AskAsync(app, status);
            if (isInBackground)
                Assert.Equal(HttpStatusCode.OK, answer);
            await Eventually.BecomesTrueAsync(() => _renderings[status] > 1, "it was tried");
            if (status is 404 or 410)
                await Eventually.BecomesTrueAsync(async () => await AskAsync(app, status) == (HttpStatusCode)status, $"the page of {status} is removed");
            else
                await Eventually.BecomesTrueAsync(async () => await AskAsync(app, status) == HttpStatusCode.OK, $"the page of {status} is kept");
            if (await AskAsync(app, status) != HttpStatusCode.OK)
                ended.Add(status);
        }

        Assert.Equal([404, 410], ended);
        Assert.All(_statuses, status => Assert.True(status is 404 or 410 || _renderings[status] == 2, $"{status}: it waits for RetryDelay before the next try."));
    }

    [Theory]
    [InlineData("cookie")]
    [InlineData("no-store")]
    public async Task Refresh_AnswerThatIsNotStored_KeepsThePage_AndTheNextTryBeginsAfterTheDelay(string kind)
    {
        await using var app = await StartAsync(retryDelay: TimeSpan.FromSeconds(1));
        var old = await app.GetAsync("/" + kind);
        await app.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        _answersStatus = true;
        Assert.Equal(old, await app.GetAsync("/" + kind));
        await Eventually.BecomesTrueAsync(() => _renderings[0] == 2, "it was tried");
        Assert.Equal(old, await app.GetAsync("/" + kind));
        _answersStatus = false;
        await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/" + kind) != old, "it is refreshed after the delay");
        Assert.Equal(3, _renderings[0]);
    }

    /// <summary>A page that was removed is known not to be cacheable: nobody waits for another's rendering of it.</summary>
    [Fact]
    public async Task Refresh_NotFound_NobodyWaitsForThePageAfterIt()
    {
        await using var app = await StartAsync();
        await app.GetAsync("/page/404");
        await app.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        _answersStatus = true;
        await AskAsync(app, 404);
        await Eventually.BecomesTrueAsync(async () => await AskAsync(app, 404) == HttpStatusCode.NotFound, "it is removed");
        _together = 2;
        var both = Task.WhenAll(AskAsync(app, 404), AskAsync(app, 404));
        await _bothAreRendered.Task.WaitAsync(TimeSpan.FromSeconds(8)); // less than RenderTimeout
        await both;
    }

    private static async Task<HttpStatusCode> AskAsync(PageApp app, int status)
    {
        using var response = await app.Client.GetAsync(new Uri($"/page/{status}", UriKind.Relative));
        return response.StatusCode;
    }

    private Task<PageApp> StartAsync(bool isInBackground = true, TimeSpan? retryDelay = null) => PageApp.StartAsync(
        redis.ConnectionString,
        app =>
        {
            app.MapGet("/page/{status:int}", async (int status) =>
            {
                _renderings.AddOrUpdate(status, 1, static (_, count) => count + 1);
                if (_together > 0)
                {
                    if (Interlocked.Decrement(ref _together) == 0)
                        _bothAreRendered.SetResult();
                    await _bothAreRendered.Task;
                }

                return _answersStatus ? Results.StatusCode(status) : Results.Text("page");
            }).CacheOutput(policy => policy.Tag("page"));
            app.MapGet("/{kind}", (string kind, HttpContext context) =>
            {
                if (_answersStatus && kind == "cookie")
                    context.Response.Cookies.Append("visitor", "new");
                if (_answersStatus && kind == "no-store")
                    context.Features.Get<Microsoft.AspNetCore.OutputCaching.IOutputCacheFeature>()!.Context.AllowCacheStorage = false;
                return _renderings.AddOrUpdate(0, 1, static (_, count) => count + 1).ToString(CultureInfo.InvariantCulture);
            }).CacheOutput(policy => policy.Tag("page"));
        },
        options => options.KeyPrefix = _prefix,
        pages: pages => pages.RetryDelay = retryDelay ?? TimeSpan.FromMinutes(10),
        pipeline: app =>
        {
            if (isInBackground)
                app.UseRedisTagOutputCache();
            else
                app.UseOutputCache();
        });
}
