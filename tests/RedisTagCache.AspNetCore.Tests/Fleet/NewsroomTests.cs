using Microsoft.Data.Sqlite;
using RedisTagCache.Outbox;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Two processes of the sample on one Redis, and one with nothing but itself.</summary>
public sealed class NewsroomTests(NewsroomTests.Fleet fleet) : IClassFixture<NewsroomTests.Fleet>
{
    [Fact]
    public async Task PageCachedByOneProcess_IsAHitOfTheOther_AndAPostEvictsItThere()
    {
        var (a, b) = (fleet.One, fleet.Other);
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
        var (a, b) = (fleet.One, fleet.Other);
        await Task.WhenAll(a.StoredStampAsync("/articles/200"), b.StoredStampAsync("/articles/200")); // both are connected, however busy the machine is
        await fleet.IsSettledAsync();
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
        await using var older = await fleet.StartAsync("older");
        var next = fleet.One;
        var ofNext = await next.StoredStampAsync("/articles/1");
        var ofOlder = await older.StoredStampAsync("/articles/1");
        Assert.NotEqual(ofNext, ofOlder);
        Assert.Equal(ofOlder, await older.StampAsync("/articles/1"));

        await next.EditAsync(1, "Seen by the older build");
        Assert.Contains("Seen by the older build", await older.Client.GetStringAsync("/articles/1"), StringComparison.Ordinal);
        Assert.NotEqual(ofOlder, await older.StampAsync("/articles/1"));
    }

    [Fact]
    public async Task AProcessThatEndsBetweenCommitAndEviction_IsEvictedForByAnother()
    {
        await using var crashing = await fleet.StartAsync("next", "Newsroom__CrashAfterCommit");
        var before = await fleet.One.StoredStampAsync("/articles/2");
        await Assert.ThrowsAsync<HttpRequestException>(() => crashing.EditAsync(2, "Saved by a process that ended"));
        await Eventually.BecomesTrueAsync(
            async () => (await fleet.One.Client.GetStringAsync("/articles/2")).Contains("Saved by a process that ended", StringComparison.Ordinal), "the new page is served");
        Assert.NotEqual(before, await fleet.One.StampAsync("/articles/2"));
    }

    [Fact]
    public async Task WithoutAConnectionString_ItCachesInItsEmbeddedServer()
    {
        await using var alone = await fleet.StartAloneAsync();
        await Eventually.BecomesTrueAsync(async () => await alone.StampAsync("/articles/1") == await alone.StampAsync("/articles/1"), "the page is cached");
        await alone.EditAsync(1, "Edited alone");
        Assert.Contains("Edited alone", await alone.Client.GetStringAsync("/articles/1"), StringComparison.Ordinal);
    }

    /// <summary>Two processes that all tests share: each takes seconds to start.</summary>
    public sealed class Fleet : IAsyncLifetime
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("newsroom-").FullName;
        private readonly RedisFixture _redis = new();

        internal NewsroomProcess One { get; private set; } = null!;

        internal NewsroomProcess Other { get; private set; } = null!;

        private string Database => Path.Combine(_folder, "newsroom.db");

        public async ValueTask InitializeAsync()
        {
            await _redis.InitializeAsync();
            await _redis.Database.ExecuteAsync("FLUSHALL");
            One = await StartAsync("next");
            Other = await StartAsync("next");
        }

        public async ValueTask DisposeAsync()
        {
            await One.DisposeAsync();
            await Other.DisposeAsync();
            await _redis.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }

        /// <summary>Waits until no eviction of an earlier edit is left. Each may happen twice, and evicts the names in the news.</summary>
        internal Task<TimeSpan> IsSettledAsync() => Eventually.BecomesTrueAsync(
            async () =>
            {
                await using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
                await connection.OpenAsync();
                await using var command = new SqliteCommand($"SELECT COUNT(*) FROM {OutboxScript.DefaultTable}", connection);
                return (long)(await command.ExecuteScalarAsync())! == 0;
            },
            "no eviction is left",
            TimeSpan.FromSeconds(30));

        internal Task<NewsroomProcess> StartAsync(string build, string? @switch = null) => NewsroomProcess.StartAsync(Database, _redis.ConnectionString, build, @switch);

        internal Task<NewsroomProcess> StartAloneAsync() => NewsroomProcess.StartAsync(Database, redis: null);
    }
}
