using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>
/// Requests that come while another one's lookup is under way: output caching would let them share its answer, and with locking its rendering.
/// Each looks up for itself. With locking one renders and the others wait for that within their lookups; without, all render.
/// </summary>
public sealed class JoinedLookupTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const int Requests = 6;
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private readonly GatedLookups _gated = new();
    private readonly TaskCompletionSource _rendered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _content = "old";
    private int _rendering;

    private Task<PageApp> StartAsync(bool isLocking, Action<IServiceCollection>? services = null) => PageApp.StartAsync(
        redis.ConnectionString,
        app => app
            .MapGet("/page", async () =>
            {
                var read = Volatile.Read(ref _content);
                Interlocked.Increment(ref _rendering);
                await _rendered.Task;
                return read;
            })
            .CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag("pages").SetLocking(isLocking)),
        options => options.KeyPrefix = _prefix,
        services);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task EvictionWhileTheyRender_ThePagesAreDeliveredButNotKept(bool isLocking, bool evictOnTheSame)
    {
        await using var a = await StartAsync(isLocking, _gated.AddTo);
        await using var b = await StartAsync(isLocking);
        using var outcomes = new Outcomes(a.Services);
        await WarmUpAsync(a);
        var pages = await AskAsync(a, outcomes, isLocking);
        _gated.Open();
        await Eventually.BecomesTrueAsync(() => Volatile.Read(ref _rendering) == (isLocking ? 1 : Requests), "all that may render do");

        Volatile.Write(ref _content, "new");
        await (evictOnTheSame ? a : b).Pages.EvictByTagAsync("pages", default);
        _rendered.SetResult();
        var given = await Task.WhenAll(pages);
        Assert.All(given, page => Assert.Equal("old", page)); // who waited for that page came before the eviction too
        Assert.Equal(isLocking ? 1 : Requests, _rendering);
        await IsNewAndKeptAsync(a, b);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EvictionBetweenLookupAndRendering_ThePagesAreNew(bool isLocking)
    {
        await using var a = await StartAsync(isLocking, _gated.AddTo);
        await using var b = await StartAsync(isLocking);
        using var outcomes = new Outcomes(a.Services);
        await WarmUpAsync(a);
        var pages = await AskAsync(a, outcomes, isLocking);
        Volatile.Write(ref _content, "new");
        await b.Pages.EvictByTagAsync("pages", default);
        _gated.Open();
        _rendered.SetResult();
        Assert.All(await Task.WhenAll(pages), page => Assert.Equal("new", page));
        await IsNewAndKeptAsync(a, b);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WithoutAnEviction_WhatTheyRenderedIsKept(bool isLocking)
    {
        await using var a = await StartAsync(isLocking, _gated.AddTo);
        await using var b = await StartAsync(isLocking);
        using var outcomes = new Outcomes(a.Services);
        await WarmUpAsync(a);
        var pages = await AskAsync(a, outcomes, isLocking);
        _gated.Open();
        _rendered.SetResult();
        Assert.All(await Task.WhenAll(pages), page => Assert.Equal("old", page));
        Volatile.Write(ref _content, "new, not yet evicted");
        Assert.Equal("old", await b.GetAsync("/page"));
        Assert.Equal(isLocking ? 1 : Requests, _rendering);
        Assert.Equal(isLocking ? 1 : Requests, outcomes.Writes("stored"));
    }

    /// <summary>The instance has seen evictions before, as those in production have; one that knows none yet could only refuse.</summary>
    private static async Task WarmUpAsync(PageApp app) => await app.Pages.EvictByTagAsync("other", default);

    private async Task<Task<string>[]> AskAsync(PageApp app, Outcomes outcomes, bool isLocking)
    {
        var pages = Enumerable.Range(0, Requests).Select(_ => app.GetAsync("/page")).ToArray();
        await Eventually.BecomesTrueAsync(
            () => _gated.Waiting == Requests && _gated.Lookups == Requests && _gated.Answered == (isLocking ? 1 : Requests) && outcomes.Lookups("miss") == Requests,
            "Redis has answered the lookup of each");
        return pages;
    }

    private async Task IsNewAndKeptAsync(PageApp a, PageApp b)
    {
        Assert.Equal("new", await a.GetAsync("/page"));
        Assert.Equal("new", await b.GetAsync("/page"));
        Volatile.Write(ref _content, "newer, not yet evicted");
        Assert.Equal("new", await a.GetAsync("/page"));
        Assert.Equal("new", await b.GetAsync("/page"));
    }
}
