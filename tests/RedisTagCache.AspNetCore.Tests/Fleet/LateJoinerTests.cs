using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>
/// Requests that begin after an eviction has returned, while an earlier one still renders what is evicted: they are not given that, on its instance
/// or another, with locking or without, heard of or not.
/// </summary>
public sealed class LateJoinerTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private readonly GatedLookups[] _lookups = [new(), new()];
    private readonly HeldPage _page = new();

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task RequestsAfterAnEviction_WhileAnEarlierOneRenders_AreNotGivenItsPage(bool isLocking, bool isAnnounced)
    {
        // Who may not listen to channels hears of no eviction, and of no rendering that has ended.
        await DeafUser.CreateAsync(redis.Connection.GetServers()[0], "deaf");
        var connection = redis.ConnectionString + (isAnnounced ? "" : DeafUser.Login("deaf"));
        await using var a = await StartAsync(connection, isLocking, _lookups[0]);
        await using var b = await StartAsync(connection, isLocking, _lookups[1]);
        using var ending = _page.EndWithTest();
        var hold = _page.HoldNext();
        var early = a.GetAsync("/page");
        await hold.Entered;

        await _page.ChangeAsync(() => b.Pages.EvictByTagAsync("pages", default).AsTask());
        var late = new[] { a.GetAsync("/page"), b.GetAsync("/page") };
        await Eventually.BecomesTrueAsync(() => _lookups[0].Lookups == 2 && _lookups[1].Lookups == 1, "the late ones look up");
        if (!isLocking)
            await Eventually.BecomesTrueAsync(() => hold.Rendering == 3, "they render for themselves");
        hold.Release();
        Assert.Equal("0", await early);
        Assert.All(await Task.WhenAll(late), page => Assert.Equal("1", page));
        Assert.Equal(isLocking ? 2 : 3, _page.Rendered);
        Assert.Equal("1", await a.GetAsync("/page"));
        Assert.Equal("1", await b.GetAsync("/page"));
        Assert.Equal(isLocking ? 2 : 3, _page.Rendered);
    }

    private Task<PageApp> StartAsync(string connectionString, bool isLocking, GatedLookups lookups)
    {
        lookups.Open();
        return PageApp.StartAsync(
            connectionString,
            app => app.MapGet("/page", () => _page.RenderAsync()).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag("pages").SetLocking(isLocking)),
            options => options.KeyPrefix = _prefix,
            lookups.AddTo);
    }
}
