using RedisTagCache.Testing;

namespace Newsroom.Tests;

/// <summary>Pages end when their time is over. No test waits for it.</summary>
public sealed class TimeTests : IDisposable
{
    private readonly InMemoryRedis _redis = new();
    private readonly Articles _articles = new();

    public void Dispose()
    {
        _redis.Dispose();
        _articles.Dispose();
    }

    [Fact]
    public async Task Article_IsCachedForAnHour()
    {
        await using var app = new NewsroomApp(_redis, _articles);
        var first = await app.StampAsync("/articles/7");
        _redis.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(first, await app.StampAsync("/articles/7"));
        _redis.Advance(TimeSpan.FromMinutes(1));
        Assert.NotEqual(first, await app.StampAsync("/articles/7"));
    }

    [Fact]
    public async Task Section_AfterAMinute_IsServedWhileItIsRendered()
    {
        await using var app = new NewsroomApp(_redis, _articles);
        var first = await app.StampAsync("/sections/science");
        _redis.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(first, await app.StampAsync("/sections/science"));

        // The page is rendered in the background.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await app.StampAsync("/sections/science") == first)
            await Task.Delay(10, limit.Token);
    }
}
