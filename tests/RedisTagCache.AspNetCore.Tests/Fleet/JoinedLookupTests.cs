using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>
/// Output caching lets concurrent requests for a page share one look-up. Those that joined render too where locking is off, and write
/// without a look-up of their own.
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
        await WarmUpAsync(a);
        var pages = await JoinAsync(a);
        _gated.Open();
        await Eventually.BecomesTrueAsync(() => Volatile.Read(ref _rendering) == (isLocking ? 1 : Requests), "all that may render do");

        Volatile.Write(ref _content, "new");
        await (evictOnTheSame ? a : b).Pages.EvictByTagAsync("pages", default);
        _rendered.SetResult();
        Assert.All(await Task.WhenAll(pages), page => Assert.Equal("old", page));
        await IsNewAndKeptAsync(a, b);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EvictionBetweenLookupAndRendering_ThePagesAreNew(bool isLocking)
    {
        await using var a = await StartAsync(isLocking, _gated.AddTo);
        await using var b = await StartAsync(isLocking);
        await WarmUpAsync(a);
        var pages = await JoinAsync(a);
        Volatile.Write(ref _content, "new");
        await b.Pages.EvictByTagAsync("pages", default);
        _gated.Open();
        _rendered.SetResult();
        Assert.All(await Task.WhenAll(pages), page => Assert.Equal("new", page));
        await IsNewAndKeptAsync(a, b);
    }

    [Fact]
    public async Task WithoutAnEviction_WhatTheyRenderedIsKept()
    {
        await using var a = await StartAsync(isLocking: false, _gated.AddTo);
        await using var b = await StartAsync(isLocking: false);
        using var outcomes = new Outcomes(a.Services);
        await WarmUpAsync(a);
        var pages = await JoinAsync(a);
        _gated.Open();
        _rendered.SetResult();
        Assert.All(await Task.WhenAll(pages), page => Assert.Equal("old", page));
        Volatile.Write(ref _content, "new, not yet evicted");
        Assert.Equal("old", await b.GetAsync("/page"));
        Assert.Equal(Requests, _rendering);
        Assert.Equal(Requests, outcomes.Writes("stored")); // also those of the requests that made no look-up
    }

    /// <summary>The instance has seen evictions before, as those in production have; one that knows none yet could only refuse.</summary>
    private static async Task WarmUpAsync(PageApp app) => await app.Pages.EvictByTagAsync("other", default);

    private async Task<Task<string>[]> JoinAsync(PageApp app)
    {
        var pages = Enumerable.Range(0, Requests).Select(_ => app.GetAsync("/page")).ToArray();
        await Eventually.BecomesTrueAsync(() => _gated.Waiting == Requests && _gated.Answered == 1, "all wait for one look-up");
        Assert.Equal(1, _gated.Lookups);
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
