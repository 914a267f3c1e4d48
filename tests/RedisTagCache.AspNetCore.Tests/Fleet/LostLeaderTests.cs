using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>The request that renders for the fleet comes to nothing: its client leaves, or its page is too large to keep.</summary>
public sealed class LostLeaderTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const int Others = 6;

    /// <summary>Before anybody who queues would have had enough of it (<see cref="RedisTagOutputCacheOptions.RenderTimeout"/>).</summary>
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(5);

    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private readonly HeldPage _page = new();
    private readonly GatedLookups[] _lookups = [new(), new()];
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientLeavesInTheMiddle_AnotherRequestRenders_AndTheOthersGetItsPage(bool pageNotices)
    {
        await using var a = await StartAsync(pageNotices);
        await using var b = await StartAsync(pageNotices);
        using var ending = _page.EndWithTest();
        var hold = _page.HoldNext();
        using var leaving = new CancellationTokenSource();
        var leader = a.Client.GetAsync("/page", leaving.Token);
        await hold.Entered;
        var others = await AskAsync(a, b);
        Assert.Equal(1, hold.Rendering);

        var next = _page.HoldNext();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
        if (!pageNotices)
        {
            await _left.Task.WaitAsync(TimeSpan.FromSeconds(15));
            hold.Release(); // it ends, for nobody
        }

        await next.Entered;
        next.Release();
        Assert.All(await Task.WhenAll(others), page => Assert.Equal("0", page));
        Assert.Equal(2, _page.Rendered);
        hold.Release();
        Assert.Equal("0", await b.GetAsync("/page"));
        Assert.Equal(2, _page.Rendered);
    }

    [Fact]
    public async Task PageTooLargeToKeep_IsRenderedForEachRequest_WithoutAQueue()
    {
        await using var a = await StartAsync(pageNotices: true, maximumBodySize: 0);
        await using var b = await StartAsync(pageNotices: true, maximumBodySize: 0);
        using var ending = _page.EndWithTest();
        var hold = _page.HoldNext();
        var leader = a.GetAsync("/page");
        await hold.Entered;
        var others = await AskAsync(a, b);
        var next = _page.HoldNext();
        hold.Release();
        await leader;
        await Eventually.BecomesTrueAsync(() => next.Rendering == Others, "all render at once", _soon);
        var late = new[] { a.GetAsync("/page"), b.GetAsync("/page") };
        await Eventually.BecomesTrueAsync(() => next.Rendering == Others + 2, "so do those who come later", _soon);
        next.Release();
        Assert.All(await Task.WhenAll([.. others, .. late]), page => Assert.Equal("0", page));
    }

    /// <summary>Returns when all have asked, and wait.</summary>
    private async Task<Task<string>[]> AskAsync(PageApp a, PageApp b)
    {
        var others = Enumerable.Range(0, Others).Select(i => (i % 2 == 0 ? a : b).GetAsync("/page")).ToArray();
        await Eventually.BecomesTrueAsync(() => _lookups.Sum(lookups => lookups.Lookups) == Others + 1, "they look up");
        return others;
    }

    private Task<PageApp> StartAsync(bool pageNotices, long maximumBodySize = 64 * 1024)
    {
        var lookups = _lookups[_started++];
        lookups.Open();
        return PageApp.StartAsync(
            redis.ConnectionString,
            app => app
                .MapGet("/page", async (CancellationToken aborted) =>
                {
                    await using var leaving = aborted.Register(() => _left.TrySetResult());
                    return await _page.RenderAsync(pageNotices ? aborted : default);
                })
                .CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5))),
            options => options.KeyPrefix = _prefix,
            services =>
            {
                lookups.AddTo(services);
                services.Configure<OutputCacheOptions>(options => options.MaximumBodySize = maximumBodySize);
            });
    }
}
