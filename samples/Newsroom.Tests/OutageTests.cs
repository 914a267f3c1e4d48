using System.Net;
using RedisTagCache.Testing;

namespace Newsroom.Tests;

/// <summary>Readers do not notice an outage of Redis. Editors do, because an eviction cannot be confirmed.</summary>
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
        await app.PageAsync("/sections/politics");
        _redis.IsDown = true;
        using (var response = await app.SaveHeadlineAsync(300, "A headline that is new"))
            Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.False(_redis.WasEvicted("section:politics"));

        _redis.IsDown = false;

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!_redis.WasEvicted("section:politics"))
            await Task.Delay(10, limit.Token);
        Assert.Contains("A headline that is new", await app.PageAsync("/sections/politics"), StringComparison.Ordinal);
    }
}
