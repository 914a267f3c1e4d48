using System.Net;
using RedisTagCache.Testing;

namespace Newsroom.Tests;

/// <summary>Readers and editors do not notice an outage of Redis. What it could not evict is evicted afterwards.</summary>
public sealed class OutageTests : IDisposable
{
    private readonly InMemoryRedis _redis = new();
    private readonly Articles _articles = new();

    public void Dispose()
    {
        _redis.Dispose();
        _articles.Dispose();
    }

    [Fact]
    public async Task Pages_WhileRedisIsDown_AreRendered()
    {
        await using var app = new NewsroomApp(_redis, _articles);
        var before = await app.StampAsync("/articles/7");
        _redis.IsDown = true;
        Assert.NotEqual(before, await app.StampAsync("/articles/7"));
    }

    [Fact]
    public async Task Eviction_WhileRedisIsDown_IsMadeWhenItIsUp()
    {
        await using var app = new NewsroomApp(_redis, _articles);
        foreach (var page in (string[])["/articles/300", "/sections/politics"])
            await app.PageAsync(page);
        _redis.IsDown = true;
        using (var response = await app.SaveHeadlineAsync(300, "A headline that is new"))
            Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.False(_redis.WasEvicted("section:1"));

        _redis.IsDown = false;

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        foreach (var (tag, page) in ((string, string)[])[("section:1", "/sections/politics"), ("article:300", "/articles/300")])
        {
            while (!_redis.WasEvicted(tag))
                await Task.Delay(10, limit.Token);
            Assert.Contains("A headline that is new", await app.PageAsync(page), StringComparison.Ordinal);
        }
    }
}
