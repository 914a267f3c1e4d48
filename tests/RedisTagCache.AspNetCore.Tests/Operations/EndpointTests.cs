using System.Net;
using RedisTagCache.TestSupport;
using RedisTagCache.TestSupport.Costs;
using StackExchange.Redis;

namespace RedisTagCache.AspNetCore.Tests.Operations;

/// <summary>What the endpoints tell, and what they do.</summary>
public sealed class EndpointTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Stats_TellWhatTheInstanceCounted()
    {
        await using var app = await StartAsync();
        await app.GetAsync("/page");
        await app.GetAsync("/page");
        await app.Store.EvictByTagAsync("news", TestContext.Current.CancellationToken);
        var counts = (await app.AskAsync("/stats")).GetProperty("counts");
        var pages = Assert.Single(counts.GetProperty("regions").EnumerateArray());
        Assert.Equal(("output", 1, 1), (pages.GetProperty("region").GetString(), pages.GetProperty("hits").GetInt32(), pages.GetProperty("misses").GetInt32()));
        var eviction = Assert.Single(counts.GetProperty("recentEvictions").EnumerateArray());
        Assert.Equal("news", Assert.Single(eviction.GetProperty("tags").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task StatusAndServers_TellTheNamespaceAndTheServers()
    {
        await using var app = await StartAsync();
        var status = await app.AskAsync("/status");
        Assert.True(status.GetProperty("isAnswering").GetBoolean());
        Assert.Equal("test", status.GetProperty("buildNamespace").GetString());
        Assert.NotEmpty(status.GetProperty("buildNamespaceSource").GetString()!);
        var described = await app.AskAsync("/servers");
        Assert.Equal(_prefix, described.GetProperty("keyPrefix").GetString());
        Assert.Equal("standalone", described.GetProperty("topology").GetString());
        Assert.NotEmpty(described.GetProperty("servers").EnumerateArray());
        Assert.NotEmpty(described.GetProperty("partitions").EnumerateArray());
    }

    [Fact]
    public async Task Find_ByTagAndByPrefix_GivesWhatFitsWithItsFacts()
    {
        await using var app = await StartAsync();
        foreach (var key in new[] { "news:1", "news:2", "other" })
            await app.Services.SetAsync(key, key == "other" ? "quiet" : "loud");
        Assert.Equal(["news:1", "news:2"], (await app.AskAsync("/find", new { tag = "loud" })).Keys().Order(StringComparer.Ordinal));
        Assert.Equal(["other"], (await app.AskAsync("/find", new { key = "oth" })).Keys());
        Assert.Empty((await app.AskAsync("/find", new { tag = "loud", region = "output" })).Keys());

        var found = await app.AskAsync("/find", new { tag = "quiet" });
        Assert.True(found.GetProperty("isComplete").GetBoolean());
        var entry = Assert.Single(found.GetProperty("entries").EnumerateArray());
        Assert.Equal("fresh", entry.GetProperty("status").GetString());
        Assert.Equal("test", entry.GetProperty("buildNamespace").GetString());
        Assert.InRange(entry.GetProperty("ageSeconds").GetDouble(), 0, 60);
        Assert.InRange(entry.GetProperty("timeToLiveSeconds").GetDouble(), 1, 3600);
        Assert.InRange(entry.GetProperty("storedBytes").GetInt64(), 1, 1000);
        Assert.Contains("quiet", entry.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
    }

    [Fact]
    public async Task Find_OfManyEntries_GivesNoMoreThanTheLimit()
    {
        await using var app = await StartAsync();
        for (var i = 0; i < 5; i++)
            await app.Services.SetAsync($"k{i}", "t");
        var found = await app.AskAsync("/find", new { tag = "t", limit = 3 });
        Assert.Equal(3, found.Keys().Count());
        Assert.False(found.GetProperty("isComplete").GetBoolean());
        Assert.Equal("limit", found.GetProperty("endedBy").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Find_OfVersion1OrTheBytesOfAnotherEntry_SaysThatItIsDamaged(bool isVersion1)
    {
        await using var app = await StartAsync();
        await app.Services.SetAsync("k", "t");
        await app.Services.SetAsync("other", "t");
        byte[] bytes = (await redis.Database.StringGetAsync(KeyInRedis(isVersion1 ? "k" : "other")))!;
        await redis.Database.StringSetAsync(KeyInRedis("k"), isVersion1 ? EarlierEntry.Version1Of(bytes) : bytes);
        var entry = Assert.Single((await app.AskAsync("/find", new { key = "k", status = "invalidated" })).GetProperty("entries").EnumerateArray());
        Assert.Equal(("invalidated", "damaged"), (entry.GetProperty("status").GetString(), entry.GetProperty("why").GetString()));
        Assert.Equal("damaged", (await app.AskAsync("/inspect", new { region = "hybrid", key = "k" })).GetProperty("why").GetString());
        Assert.Equal(1, (await app.AskAsync("/remove", entry)).GetProperty("removed").GetInt32());
        Assert.Equal(["other"], (await app.AskAsync("/find", new { tag = "t" })).Keys());
    }

    [Fact]
    public async Task Find_InALargeServer_EndsWithItsTime()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.ConnectAsync();
        await using var link = SlowLink.Start(server.ConnectionString);
        await using var app = await OperationsApp.StartAsync(
            link.ConnectionString, _prefix, options => options.SearchTime = TimeSpan.FromSeconds(1), cache: options => options.OperationTimeout = SharedServers.OperationTimeout);
        await app.Services.SetAsync("k", "t");
        for (var i = 0; i < 4; i++)
            await connection.GetDatabase().ScriptEvaluateAsync("for i = 1, 10000 do redis.call('SET', ARGV[1] .. i, '', 'EX', 600) end", [], [$"filler:{i}:"]);
        link.Delay = TimeSpan.FromMilliseconds(300); // however fast the server is, some answers take all the time
        var found = await app.AskAsync("/find", new { tag = "nobody's" });
        Assert.Equal("time", found.GetProperty("endedBy").GetString());
        Assert.False(found.GetProperty("isComplete").GetBoolean());
    }

    [Fact]
    public async Task Evict_EndsEntriesOfTheTag_WhichAreThenDeadWithTheReason()
    {
        await using var app = await StartAsync();
        await app.Services.SetAsync("gone", "t");
        await app.Services.SetAsync("stays", "u");
        Assert.True((await app.AskAsync("/evict", new { tags = new[] { "t" } })).GetProperty("done").GetBoolean());
        Assert.Null(await app.Services.GetAsync("gone"));
        Assert.NotNull(await app.Services.GetAsync("stays"));

        var served = await app.AskAsync("/find", new { tag = "t", status = "served" });
        Assert.Empty(served.Keys());
        Assert.Equal(1, served.GetProperty("invalidatedNotShown").GetInt32());
        var entry = Assert.Single((await app.AskAsync("/find", new { tag = "t", status = "invalidated" })).GetProperty("entries").EnumerateArray());
        Assert.Equal(("invalidated", "tag t evicted"), (entry.GetProperty("status").GetString(), entry.GetProperty("why").GetString()));
    }

    [Fact]
    public async Task Expire_MakesEntriesOfTheTagStale()
    {
        await using var app = await StartAsync();
        await app.Services.SetAsync("k", "t");
        await app.AskAsync("/expire", new { tags = new[] { "t" } });
        var entry = Assert.Single((await app.AskAsync("/find", new { tag = "t", status = "served" })).GetProperty("entries").EnumerateArray());
        Assert.Equal(("stale", "tag t expired"), (entry.GetProperty("status").GetString(), entry.GetProperty("why").GetString()));
    }

    [Fact]
    public async Task Remove_RemovesThatEntryAlone()
    {
        await using var app = await StartAsync();
        await app.Services.SetAsync("gone", "t");
        await app.Services.SetAsync("stays", "t");
        var entry = (await app.AskAsync("/find", new { key = "gone" })).GetProperty("entries")[0];
        Assert.Equal(1, (await app.AskAsync("/remove", entry)).GetProperty("removed").GetInt32());
        Assert.Equal(0, (await app.AskAsync("/remove", entry)).GetProperty("removed").GetInt32());
        Assert.Null(await app.Services.GetAsync("gone"));
        Assert.NotNull(await app.Services.GetAsync("stays"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Inspect_ShowsThePayload_OnlyWhereTheOptionSaysSo(bool isShown)
    {
        await using var app = await StartAsync(options => options.ShowPayloads = isShown);
        await app.Services.SetAsync("k", "t", "a secret");
        var entry = await app.AskAsync("/inspect", new { region = "hybrid", key = "k" });
        Assert.Equal("fresh", entry.GetProperty("status").GetString());
        Assert.Equal(isShown ? "a secret" : null, entry.GetProperty("payloadText").GetString()?.Trim('"'));
        using var missing = await app.PostAsync("/inspect", new { region = "hybrid", key = "missing" });
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Theory]
    [InlineData("/find", """{"limit":0}""")]
    [InlineData("/find", """{"limit":201}""")]
    [InlineData("/find", """{"status":"rotten"}""")]
    [InlineData("/find", """{"region":"a b"}""")]
    [InlineData("/find", "[")]
    [InlineData("/evict", """{"tags":[]}""")]
    [InlineData("/evict", """{"tags":[""]}""")]
    [InlineData("/evict", "{}")]
    [InlineData("/remove", """{"region":"a:b","key":"k"}""")]
    [InlineData("/remove", """{"region":"hybrid"}""")]
    [InlineData("/inspect", "{}")]
    public async Task Request_ThatMakesNoSense_IsAnsweredWith400(string path, string body)
    {
        await using var app = await StartAsync();
        using var response = await app.PostAsync(path, "", request => request.Content = new StringContent(body, null, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    private RedisKey KeyInRedis(string key) => $"{{{_prefix}:0}}:e:hybrid:test:{key}";

    private Task<PageApp> StartAsync(Action<RedisTagCacheEndpointOptions>? configure = null) => OperationsApp.StartAsync(redis.ConnectionString, _prefix, configure);
}
