using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Two processes of the sample on one Redis, and one with nothing but itself.</summary>
public sealed class NewsroomTests(RedisFixture redis) : IClassFixture<RedisFixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-").FullName;

    private string Database => Path.Combine(_folder, "newsroom.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task PageCachedByOneProcess_IsAHitOfTheOther_AndAPostEvictsItThere()
    {
        await redis.Database.ExecuteAsync("FLUSHALL");
        await using var a = await NewsroomProcess.StartAsync(Database, redis.ConnectionString);
        await using var b = await NewsroomProcess.StartAsync(Database, redis.ConnectionString);
        foreach (var path in new[] { "/articles/1", "/articles/200", "/" })
            Assert.Equal(await a.StoredStampAsync(path), await b.StoredStampAsync(path));
        var (evicted, kept) = (await b.StoredStampAsync("/articles/1"), await b.StoredStampAsync("/articles/200"));

        await a.EditAsync(1, "A headline from the other process");
        Assert.Contains("A headline from the other process", await b.Client.GetStringAsync("/articles/1"), StringComparison.Ordinal);
        Assert.NotEqual(evicted, await b.StampAsync("/articles/1"));
        Assert.Equal(kept, await b.StampAsync("/articles/200"));

        await b.EditAsync(1, "And one back");
        Assert.Contains("And one back", await a.Client.GetStringAsync("/articles/1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NamesInTheNews_AreComputedOnceForBoth_AndAnEditEvictsThemWithThePageThatShowsThem()
    {
        await redis.Database.ExecuteAsync("FLUSHALL");
        await using var a = await NewsroomProcess.StartAsync(Database, redis.ConnectionString);
        await using var b = await NewsroomProcess.StartAsync(Database, redis.ConnectionString);
        await Task.WhenAll(a.StoredStampAsync("/articles/200"), b.StoredStampAsync("/articles/200")); // both are connected, however busy the machine is
        var computed = await Task.WhenAll(a.ComputedAsync("/api/trending"), b.ComputedAsync("/api/trending"), a.ComputedAsync("/"), b.ComputedAsync("/"));
        Assert.Single(computed.Distinct());
        var page = await b.StoredStampAsync("/");
        Assert.Equal(page, await a.StoredStampAsync("/"));

        await a.EditAsync(1, "News of the names");
        Assert.NotEqual(page, await b.StampAsync("/"));
        var again = await b.ComputedAsync("/");
        Assert.NotEqual(computed[0], again);
        foreach (var (instance, path) in new[] { (a, "/"), (a, "/api/trending"), (b, "/api/trending") })
            Assert.Equal(again, await instance.ComputedAsync(path));
    }

    [Fact]
    public async Task AnOlderBuild_KeepsItsOwnPages_AndTheyAreEvictedToo()
    {
        await redis.Database.ExecuteAsync("FLUSHALL");
        await using var next = await NewsroomProcess.StartAsync(Database, redis.ConnectionString, "next");
        await using var older = await NewsroomProcess.StartAsync(Database, redis.ConnectionString, "older");
        var ofNext = await next.StoredStampAsync("/articles/1");
        var ofOlder = await older.StoredStampAsync("/articles/1");
        Assert.NotEqual(ofNext, ofOlder);
        Assert.Equal(ofOlder, await older.StampAsync("/articles/1"));

        await next.EditAsync(1, "Seen by the older build");
        Assert.Contains("Seen by the older build", await older.Client.GetStringAsync("/articles/1"), StringComparison.Ordinal);
        Assert.NotEqual(ofOlder, await older.StampAsync("/articles/1"));
    }

    [Fact]
    public async Task WithoutAConnectionString_ItCachesInItsEmbeddedServer()
    {
        await using var alone = await NewsroomProcess.StartAsync(Database, redis: null);
        await Eventually.BecomesTrueAsync(async () => await alone.StampAsync("/articles/1") == await alone.StampAsync("/articles/1"), "the page is cached");
        await alone.EditAsync(1, "Edited alone");
        Assert.Contains("Edited alone", await alone.Client.GetStringAsync("/articles/1"), StringComparison.Ordinal);
    }
}
