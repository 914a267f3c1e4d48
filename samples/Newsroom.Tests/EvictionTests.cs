using System.Net;
using RedisTagCache.Testing;

namespace Newsroom.Tests;

/// <summary>An edit is visible at once, on every instance, and evicts only what shows the article.</summary>
public sealed class EvictionTests : IDisposable
{
    private readonly InMemoryRedis _redis = new();
    private readonly Articles _articles = new();

    public void Dispose()
    {
        _redis.Dispose();
        _articles.Dispose();
    }

    [Fact]
    public async Task SavedHeadline_IsOnTheNextPage()
    {
        await using var app = new NewsroomApp(_redis, _articles);
        var other = await app.StampAsync("/articles/100");
        var before = await app.StampAsync("/articles/7");
        Assert.Equal(before, await app.StampAsync("/articles/7"));

        using var response = await app.SaveHeadlineAsync(7, "A headline that is new");

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Contains("A headline that is new", await app.PageAsync("/articles/7"), StringComparison.Ordinal);
        Assert.Equal(other, await app.StampAsync("/articles/100"));
    }

    [Fact]
    public async Task SavedHeadline_EvictsTheTagsOfTheArticle()
    {
        await using var app = new NewsroomApp(_redis, _articles);
        using var response = await app.SaveHeadlineAsync(7, "A headline that is new");
        Assert.True(_redis.WasEvicted("article:7"));
        Assert.True(_redis.WasEvicted("front"));
        Assert.False(_redis.WasEvicted("article:8"));
    }

    [Fact]
    public async Task SavedHeadline_OnOneInstance_IsOnTheOther()
    {
        await using var here = new NewsroomApp(_redis, _articles);
        await using var there = new NewsroomApp(_redis, _articles);
        Assert.Equal(await here.StampAsync("/articles/7"), await there.StampAsync("/articles/7"));

        using var response = await here.SaveHeadlineAsync(7, "A headline that is new");

        Assert.Contains("A headline that is new", await there.PageAsync("/articles/7"), StringComparison.Ordinal);
    }
}
