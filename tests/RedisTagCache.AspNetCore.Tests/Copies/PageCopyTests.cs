using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.Tests.Pages;
using RedisTagCache.Management;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.AspNetCore.Tests.Copies;

/// <summary>Hot pages of two instances, served from the memory of each.</summary>
public sealed class PageCopyTests(RedisFixture redis) : PageSuite(redis)
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(2);

    protected override long CopyBytes => WithCopies.Plenty;

    [Fact]
    public async Task Hit_AsksRedisNothing()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = RecordingProxy.Start(server.Port);
        await using var app = await StartAsync(proxy.ConnectionString);
        await HotAsync(app, "/page/1?q=1");
        var sent = Encoding.Latin1.GetString(await proxy.RecordAsync(async () =>
        {
            for (var i = 0; i < 50; i++)
                Assert.Equal("page 1", await app.GetAsync("/page/1?q=1"));
        }));
        Assert.DoesNotContain(":output:", sent, StringComparison.Ordinal);

        // What is not hot does.
        sent = Encoding.Latin1.GetString(await proxy.RecordAsync(() => app.GetAsync("/page/1?q=2")));
        Assert.Contains(":output:", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hit_TellsItself_AndItsAge()
    {
        await using var app = await StartAsync();
        await HotAsync(app, "/page/1");
        using var response = await app.Client.GetAsync(new Uri("/page/1", UriKind.Relative));
        Assert.Equal("hit", response.Headers.GetValues("X-Cache").Single());
        Assert.NotNull(response.Headers.Age);
        Assert.Equal("page 1", await response.Content.ReadAsStringAsync());

        var snapshot = app.Services.GetRequiredService<ITagCacheStatistics>().GetSnapshot();
        Assert.Equal(1, snapshot.LocalEntries);
        Assert.InRange(snapshot.LocalBytes, 100, WithCopies.Plenty);
    }

    [Fact]
    public async Task Eviction_HoldsAtOnceWhereItWasMade_AndSoonElsewhere()
    {
        await using var a = await StartAsync();
        await using var b = await StartAsync();
        for (var version = 1; version < 4; version++)
        {
            await HotAsync(a, "/page/1");
            await HotAsync(b, "/page/1");
            await a.Pages.EvictByTagAsync("page", default);
            Assert.Equal($"page {version + 1}", await a.GetAsync("/page/1"));
            await Eventually.BecomesTrueAsync(async () => await b.GetAsync("/page/1") == $"page {version + 1}", "the other one has heard of it", _soon);
        }
    }

    [Fact]
    public async Task Eviction_WithoutMessages_HoldsWithinTwoSeconds()
    {
        await using var server = await RedisServer.StartAsync();
        await using var admin = await server.ConnectAsync();
        await DeafUser.CreateAsync(admin.GetServers()[0], "deaf");
        await using var a = await StartAsync(server.ConnectionString);
        await using var b = await StartAsync(server.ConnectionString + DeafUser.Login("deaf"));
        await HotAsync(a, "/page/1");
        await HotAsync(b, "/page/1");
        await a.Pages.EvictByTagAsync("page", default);
        await Eventually.BecomesTrueAsync(async () => await b.GetAsync("/page/1") == "page 2", "a look has found it", _soon);
        await HotAsync(b, "/page/1");

        await a.Store.RemoveAsync(new CacheEntryKey(CacheRegion.Output, await KeyAsync(admin)));
        await Eventually.BecomesTrueAsync(async () => await b.GetAsync("/page/1") == "page 3", "a look has found the removal", _soon);
    }

    [Fact]
    public async Task SoftExpiry_ThePageIsServedOnceMore_AndRefreshedBehind()
    {
        await using var app = await StartAsync();
        await HotAsync(app, "/page/1");
        await app.Store.ExpireByTagAsync("page", TestContext.Current.CancellationToken);
        Assert.Equal("stale", await StatusAsync(app));
        await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/page/1") == "page 2", "it is refreshed");
        await HotAsync(app, "/page/1");
        Assert.Equal("page 2", await app.GetAsync("/page/1"));
    }

    [Fact]
    public async Task Removal_OfAnEntryByItsKey_EndsTheCopyElsewhere()
    {
        await using var a = await StartAsync();
        await using var b = await StartAsync();
        await HotAsync(b, "/page/1");
        await a.Store.RemoveAsync(new CacheEntryKey(CacheRegion.Output, await KeyAsync(Redis.Connection)));
        await Eventually.BecomesTrueAsync(async () => await b.GetAsync("/page/1") == "page 2", "it is gone", _soon);
    }

    [Fact]
    public async Task Policy_ThatSaysNo_IsAsStrictAsWithoutCopies()
    {
        await using var a = await StartAsync();
        await using var b = await StartAsync();
        for (var version = 1; version < 20; version++)
        {
            for (var i = 0; i < 3; i++)
                Assert.Equal($"page {version}", await b.GetAsync("/strict"));
            await a.Pages.EvictByTagAsync("page", default);
            Assert.Equal($"page {version + 1}", await b.GetAsync("/strict"));
        }

        Assert.Equal(0, LocalHits(b));
    }

    [Fact]
    public async Task PageOfManyTags_AndOfManyValuesToVaryBy_AreKeptApart()
    {
        await using var app = await StartAsync();
        await HotAsync(app, "/vary?a=1");
        await HotAsync(app, "/vary?a=2");
        var (one, other) = (await app.GetAsync("/vary?a=1"), await app.GetAsync("/vary?a=2"));
        Assert.NotEqual(one, other);
        for (var i = 0; i < 5; i++)
            Assert.Equal((one, other), (await app.GetAsync("/vary?a=1"), await app.GetAsync("/vary?a=2")));
        await app.Pages.EvictByTagAsync("vary:1", default);
        Assert.NotEqual(one, await app.GetAsync("/vary?a=1"));
        Assert.Equal(other, await app.GetAsync("/vary?a=2"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RedisThatWasEmptied_OrRestarted_NothingEvictedIsServed(bool isRestarted)
    {
        await using var server = await RedisServer.StartAsync();
        await using var a = await StartAsync(server.ConnectionString);
        await using var b = await StartAsync(server.ConnectionString);
        await HotAsync(a, "/page/1");
        await HotAsync(b, "/page/1");
        if (isRestarted)
        {
            server.Kill();
            await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await a.Pages.EvictByTagAsync("page", default));
            Assert.NotEqual("page 1", await a.GetAsync("/page/1")); // at once where it was made
            await server.RestartAsync();
        }
        else
        {
            await using var admin = await server.ConnectAsync();
            await admin.GetServers()[0].FlushAllDatabasesAsync();
        }

        await Eventually.BecomesTrueAsync(async () => await b.GetAsync("/page/1") != "page 1", "the copy from before is served no longer", _soon);
        for (var i = 0; i < 20; i++)
            Assert.NotEqual("page 1", await b.GetAsync("/page/1"));
        await Eventually.BecomesTrueAsync(async () => await a.GetAsync("/page/1") == await b.GetAsync("/page/1"), "both have the same again");
    }

    [Fact]
    public async Task Off_NoCopyIsKept()
    {
        await using var app = await PageApp.StartAsync(Redis.ConnectionString, Map, o => o.KeyPrefix = KeyPrefix);
        for (var i = 0; i < 20; i++)
            Assert.Equal("page 1", await app.GetAsync("/page/1"));
        Assert.Equal(0, LocalHits(app));
        Assert.Equal(0, app.Services.GetRequiredService<ITagCacheStatistics>().GetSnapshot().LocalEntries);
    }

    private Task<PageApp> StartAsync(string? connection = null) => PageApp.StartAsync(
        connection ?? Redis.ConnectionString,
        Map,
        o => o.KeyPrefix = KeyPrefix,
        pages: o => (o.LocalCacheBytes, o.AddCacheStatusHeader) = (CopyBytes, true));

    private void Map(WebApplication app)
    {
        app.MapGet("/page/{id}", () => "page " + Render("page")).CacheOutput(policy => policy.Expire(Lifetime).Tag("page"));
        app.MapGet("/strict", () => "page " + Render("page")).CacheOutput(policy => policy.Expire(Lifetime).Tag("page").AllowLocalCache(false));
        app.MapGet("/vary", (string a, HttpContext context) =>
        {
            context.AddOutputCacheTag("vary:" + a);
            return "page " + Render("vary");
        }).CacheOutput(policy => policy.Expire(Lifetime).SetVaryByQuery([]).VaryByValue(context => KeyValuePair.Create("~~~", context.Request.Query["a"].ToString())).Tag("a", "b", "c"));
    }

    /// <summary>Asks for a page until it comes from memory.</summary>
    private static Task<TimeSpan> HotAsync(PageApp app, string path) => Eventually.BecomesTrueAsync(
        async () =>
        {
            var before = LocalHits(app);
            await app.GetAsync(path);
            return LocalHits(app) > before;
        },
        "it is served from memory");

    private static long LocalHits(PageApp app) =>
        app.Services.GetRequiredService<ITagCacheStatistics>().GetSnapshot().Regions.FirstOrDefault(row => row.Region == "output")?.LocalHits ?? 0;

    private static async Task<string> StatusAsync(PageApp app)
    {
        using var response = await app.Client.GetAsync(new Uri("/page/1", UriKind.Relative));
        return response.Headers.GetValues("X-Cache").Single();
    }

    /// <summary>The key of the only page there is, as the output cache has made it.</summary>
    private async Task<string> KeyAsync(ConnectionMultiplexer connection)
    {
        var start = $"{{{KeyPrefix}:0}}:e:output:test:";
        var keys = new List<string>();
        await foreach (var key in connection.GetServers()[0].KeysAsync(pattern: start + "*"))
            keys.Add(((string)key!)[start.Length..]);
        return Assert.Single(keys);
    }
}
