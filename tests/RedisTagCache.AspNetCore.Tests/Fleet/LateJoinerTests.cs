using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>
/// A request that begins after an eviction has returned, while an earlier one still renders. With locking it joins that rendering, which no
/// store can prevent and docs/consistency.md tells; without, it must not be given what was begun before the eviction.
/// </summary>
public sealed class LateJoinerTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private readonly GatedLookups _lookups = new();
    private readonly TaskCompletionSource _mayEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _content = "old";
    private int _rendering;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RequestAfterAnEviction_WhileAnEarlierOneRenders_MayBeGivenItsPageByLockingAlone(bool isLocking)
    {
        await using var app = await PageApp.StartAsync(
            redis.ConnectionString,
            app => app.MapGet("/page", RenderAsync).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag("pages").SetLocking(isLocking)),
            options => options.KeyPrefix = _prefix,
            _lookups.AddTo);
        _lookups.Open();
        var early = app.GetAsync("/page");
        await Eventually.BecomesTrueAsync(() => Volatile.Read(ref _rendering) == 1, "it renders");

        Volatile.Write(ref _content, "new");
        await app.Pages.EvictByTagAsync("pages", default);
        var late = app.GetAsync("/page");
        await Eventually.BecomesTrueAsync(() => _lookups.Answered == 2, "the late request has looked up");
        _mayEnd.SetResult();
        Assert.Equal("old", await early);
        if (!isLocking)
            Assert.Equal("new", await late);

        await late;
        Assert.Equal("new", await app.GetAsync("/page"));
        Volatile.Write(ref _content, "newer, not yet evicted");
        Assert.Equal("new", await app.GetAsync("/page"));
    }

    private async Task<string> RenderAsync()
    {
        var read = Volatile.Read(ref _content);
        Interlocked.Increment(ref _rendering);
        await _mayEnd.Task;
        return read;
    }
}
