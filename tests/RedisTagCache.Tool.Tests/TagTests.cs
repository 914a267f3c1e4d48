using System.Globalization;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tool.Tests;

/// <summary>Tags and paths as an operator has them: what is shown is understood, and an eviction reaches no further than it says.</summary>
public sealed class TagTests : IClassFixture<RedisFixture>, IAsyncDisposable
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
    private readonly RedisFixture _redis;
    private readonly Instance _application;

    public TagTests(RedisFixture redis)
    {
        _redis = redis;
        _application = Instance.Create(redis.ConnectionString, options => options.KeyPrefix = _prefix);
    }

    [Theory]
    [InlineData("@path:/POSTS/2")]
    [InlineData("@file")]
    [InlineData("with space")]
    [InlineData("a\u202eb")]
    [InlineData("line\nbreak")]
    [InlineData("back\\x1fslash")]
    [InlineData("back\\\\x1fslash")]
    [InlineData("C:\\x64\\u0041")]
    [InlineData("zero\u200bwidth\u00a0space")]
    [InlineData("tag\U000e0041end")]
    [InlineData("é中😀")]
    public async Task Evict_OfATagAsFindShowsIt_ReachesIt(string tag)
    {
        await _application.Store.WriteAsync("k", "v", tag);
        var found = await RunAsync("find");
        var shown = found.Out.Split('\n').Single(static line => line.Contains(" k ", StringComparison.Ordinal)).TrimEnd().Split("  ")[^1].Trim();
        Assert.DoesNotContain(shown, static character => char.IsControl(character) || character is '\u202e' or '\u200b' or '\u00a0');
        Assert.Contains("1 entry found", (await RunAsync("find", "--tag", shown)).Out, StringComparison.Ordinal);
        Assert.Equal(tag, (await RunAsync("find", "--json")).Json.GetProperty("entries")[0].GetProperty("tags")[0].GetString());
        Assert.Equal(ExitCode.Ok, (await RunAsync("evict", shown, "--yes")).Code);
        Assert.Null(await _application.Store.ReadAsync("k"));
    }

    [Theory]
    [InlineData("--", "-tag")]
    [InlineData("--", "--yes")]
    public async Task Evict_OfATagThatLooksLikeAnOption_TakesItBehindTwoDashes(string dashes, string tag)
    {
        await _application.Store.WriteAsync("k", "v", tag);
        var run = await ToolRun.StartAsync("evict", "-y", "-c", _redis.ConnectionString, "-p", _prefix, dashes, tag);
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Null(await _application.Store.ReadAsync("k"));
    }

    [Theory]
    [InlineData("/posts/2")]
    [InlineData("/Posts/2")]
    [InlineData("https://www.example.org/posts/2")]
    [InlineData("https://www.example.org:8443/POSTS/2")]
    [InlineData("/posts/2/")]
    [InlineData("/posts/2?page=1")]
    [InlineData("https://www.example.org/posts/%32?page=1#top")]
    public async Task Path_OfAPage_MeansItsTag(string path)
    {
        foreach (var command in (string[])["evict", "expire"])
        {
            await _application.Store.WriteAsync("page", "v", "@path:/POSTS/2");
            await _application.Store.WriteAsync("other", "v", "@path:/POSTS/22");
            var found = (await RunAsync("find", "--path", path, "--json")).Json.GetProperty("entries");
            Assert.Equal("page", Assert.Single(found.EnumerateArray()).GetProperty("key").GetString());
            Assert.Equal(ExitCode.Ok, (await RunAsync(command, "--path", path, "--yes")).Code);
            var verdicts = (await RunAsync("find", "--json")).Json.GetProperty("entries").EnumerateArray().ToDictionary(static entry => entry.GetProperty("key").GetString()!, static entry => entry.GetProperty("status").GetString());
            Assert.Equal((command == "evict" ? "invalidated" : "stale", "fresh"), (verdicts["page"], verdicts["other"]));
            await _application.Store.RemoveAsync(StoreExtensions.Page("page"));
        }
    }

    [Theory]
    [InlineData("posts/2")]
    [InlineData("ftp://www.example.org/posts/2")]
    public async Task Path_ThatIsNone_IsRefused(string path)
    {
        await _application.Store.WriteAsync("page", "v", "t");
        foreach (var args in (string[][])[["evict", "--path", path, "--yes"], ["expire", "--path", path, "--yes"], ["find", "--path", path]])
        {
            var run = await RunAsync(args);
            Assert.Equal(ExitCode.Usage, run.Code);
            Assert.Contains("--path must be a path", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Evict_InACacheWithMoreThanTheDefaults_TrimsNothing()
    {
        await using var application = Instance.Create(_redis.ConnectionString, options => (options.KeyPrefix, options.MaxTagInvalidations) = (_prefix, 1_000_000));
        await application.Store.WriteAsync("k", "v", "kept");
        var database = _redis.Connection.GetDatabase();
        var marks = $"{{{_prefix}:0}}:marks";
        var old = (DateTimeOffset.UtcNow - TimeSpan.FromDays(30)).ToUnixTimeMilliseconds() * 1_000;
        await database.SortedSetAddAsync(marks, "floor", old - 1);
        await database.SortedSetAddAsync(marks, [.. Enumerable.Range(0, 100_200).Select(i => new StackExchange.Redis.SortedSetEntry("h=t" + i, old + i))]);
        Assert.Equal(ExitCode.Ok, (await RunAsync("evict", "one", "--yes")).Code);
        Assert.Equal(100_202, await database.SortedSetLengthAsync(marks));
        Assert.Equal(old - 1, await database.SortedSetScoreAsync(marks, "floor"));
    }

    private Task<ToolRun> RunAsync(params string[] args) => ToolRun.StartAsync([.. args, "-c", _redis.ConnectionString, "-p", _prefix]);

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
