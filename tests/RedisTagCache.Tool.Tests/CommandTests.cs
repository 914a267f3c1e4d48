using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Caching.Distributed;
using RedisTagCache.TestSupport;
using StackExchange.Redis;
using static RedisTagCache.TestSupport.StoreExtensions;

namespace RedisTagCache.Tool.Tests;

/// <summary>The commands on a cache that an application has filled.</summary>
public sealed class CommandTests : IClassFixture<RedisFixture>, IAsyncDisposable
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
    private readonly RedisFixture _redis;
    private readonly Instance _application;

    public CommandTests(RedisFixture redis)
    {
        _redis = redis;
        _application = Instance.Create(redis.ConnectionString, options => options.KeyPrefix = _prefix);
    }

    [Fact]
    public async Task Find_ByTag_ShowsTheEntriesInBothOutputs()
    {
        await FillAsync();
        var human = await RunAsync("find", "--tag", "posts");
        Assert.Equal(ExitCode.Ok, human.Code);
        Assert.Contains("post/1", human.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("author/1", human.Out, StringComparison.Ordinal);
        Assert.Contains("3 entries found, 4 scanned.", human.Out, StringComparison.Ordinal);
        var json = (await RunAsync("find", "--tag", "posts", "--key", "post/2", "--json")).Json;
        var entry = Assert.Single(json.GetProperty("entries").EnumerateArray());
        Assert.Equal(("post/2", "pages", "fresh", "none", 6), (Text(entry, "key"), Text(entry, "region"), Text(entry, "status"), Text(entry, "reason"), entry.GetProperty("payloadBytes").GetInt32()));
        Assert.True(json.GetProperty("isComplete").GetBoolean());
    }

    [Fact]
    public async Task Find_OfAKeyWithControlCharacters_ShowsThemHarmlessly()
    {
        await _application.Store.WriteAsync("GET\u001fHTTPS\u001b[2J[red]x[/]", "v", "t");
        var run = await RunAsync("find");
        Assert.Contains("GET\\x1fHTTPS\\x1b[2J[red]x[/]", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Out);

        // What is shown is understood.
        const string Shown = "GET\\x1fHTTPS\\x1b[2J[red]x[/]";
        Assert.Contains("1 entry found", (await RunAsync("find", "--key", "GET\\x1fHTTPS")).Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, (await RunAsync("inspect", Shown)).Code);
        Assert.Equal(ExitCode.Ok, (await RunAsync("remove", Shown, "--yes")).Code);
        Assert.Equal(ExitCode.Problem, (await RunAsync("inspect", Shown)).Code);
    }

    [Fact]
    public async Task Inspect_OfAnEntry_TellsWhyItIsNotServed()
    {
        await FillAsync();
        await _application.Store.EvictByTagAsync("post:1");
        var human = await RunAsync("inspect", "post/1", "--payload");
        Assert.Equal(ExitCode.Ok, human.Code);
        Assert.All((string[])["invalidated: tag post:1 evicted", "post:1 posts", "page 1", "pages"], part => Assert.Contains(part, human.Out, StringComparison.Ordinal));
        var entry = (await RunAsync("inspect", "post/1", "--payload", "--json", "--region", "pages", "--build-namespace", "test")).Json.GetProperty("entries")[0];
        Assert.Equal(("invalidated", "tagEvicted", "post:1", "page 1"), (Text(entry, "status"), Text(entry, "reason"), Text(entry, "reasonTag"), Decoded(entry)));
        Assert.InRange(entry.GetProperty("tagInvalidatedAt").GetDateTimeOffset(), DateTimeOffset.UtcNow - TimeSpan.FromMinutes(1), DateTimeOffset.UtcNow + TimeSpan.FromSeconds(5));
        var missing = await RunAsync("inspect", "post/77", "--json");
        Assert.Equal(ExitCode.Problem, missing.Code);
        Assert.Contains("post/77", missing.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_OfAKeyThatManyKeysBeginWith_FindsIt()
    {
        await Task.WhenAll(Enumerable.Range(0, 1_500).Select(i => _application.Store.WriteAsync("post/1" + i, "v")));
        await _application.Store.WriteAsync("post/1", "v");
        Assert.Equal(ExitCode.Ok, (await RunAsync("inspect", "post/1")).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Entry_OfVersion1OrWithTheBytesOfAnother_IsShownAsDamagedAndRemoved(bool isVersion1)
    {
        await FillAsync();
        byte[] bytes = (await _redis.Database.StringGetAsync(KeyInRedis(isVersion1 ? "post/1" : "post/2")))!;
        await _redis.Database.StringSetAsync(KeyInRedis("post/1"), isVersion1 ? EarlierEntry.Version1Of(bytes) : bytes);
        var human = await RunAsync("inspect", "post/1", "--payload");
        Assert.Equal(ExitCode.Ok, human.Code);
        Assert.Contains("invalidated: damaged", human.Out, StringComparison.Ordinal);
        var entry = Assert.Single((await RunAsync("find", "--status", "invalidated", "--json")).Json.GetProperty("entries").EnumerateArray());
        Assert.Equal(("post/1", "invalidated", "damaged"), (Text(entry, "key"), Text(entry, "status"), Text(entry, "reason")));
        Assert.Equal(ExitCode.Ok, (await RunAsync("stats")).Code);
        Assert.Equal(ExitCode.Ok, (await RunAsync("reclaim", "--yes")).Code);
        Assert.Equal(1, (await RunAsync("remove", "post/1", "--yes", "--json")).Json.GetProperty("removed").GetInt32());
        Assert.Equal("page 2", await _application.Store.ReadAsync("post/2"));
    }

    [Fact]
    public async Task Evict_OfTags_HoldsForTheApplicationAtOnce()
    {
        await FillAsync();
        var run = await RunAsync("evict", "post:1", "post:2", "--yes");
        Assert.Equal((ExitCode.Ok, "Evicted: post:1, post:2."), (run.Code, run.Out.Trim()));
        Assert.Null(await _application.Store.ReadAsync("post/1"));
        Assert.Null(await _application.Store.ReadAsync("post/2"));
        Assert.Equal("page 3", await _application.Store.ReadAsync("post/3"));
        Assert.True((await RunAsync("evict", "post:3", "--yes", "--json")).Json.GetProperty("done").GetBoolean());
        Assert.Null(await _application.Store.ReadAsync("post/3"));
    }

    [Fact]
    public async Task Expire_OfATag_MakesItsEntriesStale()
    {
        await FillAsync();
        Assert.Equal(ExitCode.Ok, (await RunAsync("expire", "post:1", "--yes")).Code);
        using var found = await _application.Store.GetAsync(Page("post/1"), TestContext.Current.CancellationToken);
        Assert.Equal(CacheLookupState.Stale, found.State);
        Assert.Contains("stale: tag post:1 expired", (await RunAsync("find", "--status", "stale")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evict", "post:1")]
    [InlineData("expire", "post:1")]
    [InlineData("remove", "post/1")]
    [InlineData("reclaim", null)]
    public async Task Destroying_Unasked_IsRefusedAndAskedForWhereSomebodyIs(string command, string? what)
    {
        await FillAsync();
        string[] args = what is null ? [command] : [command, what];
        Assert.Equal(ExitCode.Usage, (await RunAsync(args)).Code);
        Assert.Equal(ExitCode.Usage, (await AnswerAsync("n", args)).Code);
        Assert.Equal("page 1", await _application.Store.ReadAsync("post/1"));
        var agreed = await AnswerAsync("y", args);
        Assert.Equal(ExitCode.Ok, agreed.Code);
        Assert.Contains("[y/N]", agreed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remove_OfAKey_RemovesItWhereItIs()
    {
        await FillAsync();
        Assert.Equal(1, (await RunAsync("remove", "post/1", "--yes", "--json")).Json.GetProperty("removed").GetInt32());
        Assert.Null(await _application.Store.ReadAsync("post/1"));
        Assert.Equal("page 2", await _application.Store.ReadAsync("post/2"));
        Assert.Equal(ExitCode.Problem, (await RunAsync("remove", "post/1", "--yes")).Code);

        var distributed = _application.Get<IDistributedCache>();
        await distributed.SetAsync("session", [1, 2, 3], TestContext.Current.CancellationToken);
        var value = _application.Get<ITagCache>();
        await value.GetOrCreateAsync("session", (_, _) => new ValueTask<string>("v"), cancellationToken: TestContext.Current.CancellationToken);
        var both = await RunAsync("remove", "session", "--yes");
        Assert.Contains("Removed 2: distributed of all builds, hybrid of test.", both.Out, StringComparison.Ordinal);
        Assert.Null(await distributed.GetAsync("session", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Reclaim_OfACache_DropsWhatIsDead()
    {
        await FillAsync();
        await _application.Store.EvictByTagAsync("posts");
        var dry = (await RunAsync("reclaim", "--dry-run", "--json")).Json;
        Assert.Equal((4, 3, true), (dry.GetProperty("lookedAt").GetInt32(), dry.GetProperty("droppedInvalidated").GetInt32(), dry.GetProperty("dryRun").GetBoolean()));
        var run = await RunAsync("reclaim", "--yes");
        Assert.Contains("Dropped 3 invalidated entries and 0 of other builds", run.Out, StringComparison.Ordinal);
        Assert.Equal("author", await _application.Store.ReadAsync("author/1"));
        Assert.Equal(ExitCode.Usage, (await RunAsync("reclaim", "--yes", "--other-builds-older-than", "7d")).Code);
        Assert.Equal(ExitCode.Usage, (await RunAsync("reclaim", "--yes", "-b", "test", "--other-builds-older-than", "a week")).Code);
        Assert.Equal(ExitCode.Ok, (await RunAsync("reclaim", "--yes", "-b", "test", "--other-builds-older-than", "7d")).Code);
    }

    [Fact]
    public async Task Stats_OfACache_CountsWhatThereIs()
    {
        await FillAsync();
        await _application.Store.EvictByTagAsync("post:1");
        var human = await RunAsync("stats");
        Assert.Equal(ExitCode.Ok, human.Code);
        Assert.Contains("4 entries scanned.", human.Out, StringComparison.Ordinal);
        var json = (await RunAsync("stats", "--json")).Json;
        var row = Assert.Single(json.GetProperty("entries").EnumerateArray());
        Assert.Equal(("pages", "test", 3, 1), (Text(row, "region"), Text(row, "buildNamespace"), row.GetProperty("fresh").GetInt32(), row.GetProperty("invalidated").GetInt32()));
        Assert.Equal(1, json.GetProperty("partitions")[0].GetProperty("tagInvalidations").GetInt32());
        Assert.True(json.GetProperty("servers")[0].GetProperty("isAnswering").GetBoolean());
    }

    [Fact]
    public async Task Bench_OfAServer_MeasuresAndCleansUp()
    {
        var run = await ToolRun.StartAsync("bench", "--seconds", "0.2", "--json", "-c", _redis.ConnectionString);
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Equal(["bare GET", "lookup", "bare SET", "write", "eviction"], run.Json.GetProperty("rows").EnumerateArray().Select(row => Text(row, "operation")));
        Assert.All(run.Json.GetProperty("rows").EnumerateArray(), row => Assert.True(row.GetProperty("perSecond").GetDouble() > 0));
        Assert.Empty(_redis.Connection.GetServers()[0].Keys(pattern: "*bench*"));
        Assert.Contains("lookup", (await ToolRun.StartAsync("bench", "--seconds", "0.1", "-c", _redis.ConnectionString)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_WhereNoCacheIs_SaySoAndBeginNone()
    {
        var run = await ToolRun.StartAsync("stats", "-c", _redis.ConnectionString, "-p", _prefix);
        Assert.Equal(ExitCode.Problem, run.Code);
        Assert.Contains("no cache with the prefix", run.Error, StringComparison.Ordinal);
        Assert.Empty(_redis.Connection.GetServers()[0].Keys(pattern: "*" + _prefix + "*"));
    }

    [Fact]
    public async Task Connection_FromTheEnvironmentOrTheSettings_IsTaken()
    {
        await FillAsync();
        var environment = new Dictionary<string, string> { ["REDISTAGCACHE_CONNECTION"] = _redis.ConnectionString };
        Assert.Equal(ExitCode.Ok, (await ToolRun.StartAsync(["find", "-p", _prefix], null, environment)).Code);
        var folder = Directory.CreateTempSubdirectory("rtc-tool-").FullName;
        var settings = new { RedisTagCache = new { Configuration = _redis.ConnectionString, KeyPrefix = _prefix, BuildNamespace = "test" } };
        await File.WriteAllTextAsync(Path.Combine(folder, "appsettings.json"), JsonSerializer.Serialize(settings), TestContext.Current.CancellationToken);
        var run = await ToolRun.StartAsync(["inspect", "post/1", "-r", "pages"], null, folder: folder);
        Directory.Delete(folder, recursive: true);
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Contains("post/1", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("own prefix")]
    [InlineData("default prefix")]
    [InlineData("connection by name")]
    public async Task Cache_ByItsName_IsFoundByTheSettings(string kind)
    {
        var prefix = kind == "own prefix" ? _prefix : _prefix + ".catalog";
        await using var catalog = Instance.Create(_redis.ConnectionString, options => options.KeyPrefix = prefix);
        await catalog.Store.WriteAsync("post/9", "v", "t");
        var folder = Directory.CreateTempSubdirectory("rtc-tool-").FullName;
        object own = kind switch
        {
            "own prefix" => new { Configuration = _redis.ConnectionString, KeyPrefix = prefix },
            "default prefix" => new { Configuration = _redis.ConnectionString },
            _ => new { ConnectionStringName = "redis" },
        };
        var settings = new
        {
            RedisTagCache = new { Configuration = "localhost:1", KeyPrefix = _prefix, BuildNamespace = "test", Caches = new { catalog = own } },
            ConnectionStrings = new { redis = _redis.ConnectionString },
        };
        await File.WriteAllTextAsync(Path.Combine(folder, "appsettings.json"), JsonSerializer.Serialize(settings), TestContext.Current.CancellationToken);
        var run = await ToolRun.StartAsync(["inspect", "post/9", "-r", "pages", "--cache", "catalog"], null, folder: folder);
        Directory.Delete(folder, recursive: true);
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Contains("post/9", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CommandLines_ThatAreWrong_AreAnsweredWithTheUsageCode()
    {
        foreach (var args in (string[][])[["nosuch"], ["find", "--limit", "many"], ["evict"], ["stats", "--timeout", "0"], ["find", "--status", "rotten"]])
            Assert.Equal(ExitCode.Usage, (await ToolRun.StartAsync(args)).Code);
        var none = await ToolRun.StartAsync("stats");
        Assert.Equal(ExitCode.Usage, none.Code);
        Assert.Contains("REDISTAGCACHE_CONNECTION", none.Error, StringComparison.Ordinal);
        var wrong = await ToolRun.StartAsync("stats", "-c", "localhost,pasword=secret-1");
        Assert.Equal(ExitCode.Usage, wrong.Code);
        Assert.DoesNotContain("secret-1", wrong.Error, StringComparison.Ordinal);
        await FillAsync();
        Assert.Equal(ExitCode.Usage, (await RunAsync("find", "--region", "a:b")).Code);
    }

    [Fact]
    public async Task HelpAndVersion_WithoutAConnection_AreGiven()
    {
        var help = await ToolRun.StartAsync("--help");
        Assert.Equal(ExitCode.Ok, help.Code);
        Assert.All((string[])["doctor", "stats", "find", "inspect", "evict", "expire", "remove", "reclaim", "bench", "mcp"], name => Assert.Contains(name, help.Out, StringComparison.Ordinal));
        Assert.Equal(ExitCode.Ok, (await ToolRun.StartAsync("--version")).Code);
        Assert.Equal(ExitCode.Ok, (await ToolRun.StartAsync("reclaim", "--help")).Code);
    }

    private async Task FillAsync()
    {
        for (var i = 1; i <= 3; i++)
            Assert.Equal(CacheWriteOutcome.Stored, await _application.Store.WriteAsync("post/" + i, "page " + i, "post:" + i, "posts"));
        await _application.Store.WriteAsync("author/1", "author", "authors");
    }

    private RedisKey KeyInRedis(string key) => $"{{{_prefix}:0}}:e:pages:test:{key}";

    private Task<ToolRun> RunAsync(params string[] args) => ToolRun.StartAsync([.. args, "-c", _redis.ConnectionString, "-p", _prefix]);

    private Task<ToolRun> AnswerAsync(string answer, string[] args) => ToolRun.StartAsync([.. args, "-c", _redis.ConnectionString, "-p", _prefix], answer);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static string Decoded(JsonElement entry) => System.Text.Encoding.UTF8.GetString(entry.GetProperty("payload").GetBytesFromBase64());

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
