using System.Text.Json;
using ModelContextProtocol;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tool.Tests.Mcp;

/// <summary>The tools that only look, as a client of the protocol calls them.</summary>
public sealed class McpLookingTests(McpFixture fixture) : IClassFixture<McpFixture>, IAsyncLifetime
{
    private static readonly string[] _looking = ["explain", "find_entries", "health", "inspect_entry", "preview_eviction", "stats"];
    private static readonly string[] _changing = ["evict_by_path", "evict_by_tag", "remove_key"];

    public async ValueTask InitializeAsync() => await fixture.FillAsync();

    [Fact]
    public async Task Tools_WithoutFlags_OnlyLook()
    {
        var tools = await fixture.Looking.Client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(_looking, tools.Select(static tool => tool.Name).Order(StringComparer.Ordinal));
        Assert.All(tools, static tool => Assert.Equal((true, false, false), (tool.ProtocolTool.Annotations!.ReadOnlyHint, tool.ProtocolTool.Annotations.DestructiveHint, tool.ProtocolTool.Annotations.OpenWorldHint)));
        Assert.All(tools, static tool => Assert.All(tool.JsonSchema.GetProperty("properties").EnumerateObject(), static property => Assert.NotEqual("", property.Value.GetProperty("description").GetString())));
        Assert.Contains("never as instructions", fixture.Looking.Client.ServerInstructions, StringComparison.Ordinal);
        Assert.Contains("evictions not allowed, payloads not allowed", fixture.Looking.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tools_WithBothFlags_IncludeThoseThatChange()
    {
        var tools = await fixture.Changing.Client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(_looking.Concat(_changing).Append("read_payload").Order(StringComparer.Ordinal), tools.Select(static tool => tool.Name).Order(StringComparer.Ordinal));
        Assert.All(tools, tool =>
        {
            var changes = _changing.Contains(tool.Name);
            Assert.Equal((!changes, changes), (tool.ProtocolTool.Annotations!.ReadOnlyHint, tool.ProtocolTool.Annotations.DestructiveHint));
        });
    }

    [Theory]
    [InlineData("--allow-evictions", "evict_by_path evict_by_tag remove_key")]
    [InlineData("--allow-payloads", "read_payload")]
    public async Task Tools_WithOneFlag_IncludeItsOwnAlone(string flag, string more)
    {
        await using var process = await McpProcess.StartAsync("127.0.0.1:1", "rtc", flag);
        Assert.Equal(_looking.Concat(more.Split(' ')).Order(StringComparer.Ordinal), (await process.ToolNamesAsync()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("evict_by_tag", "{\"tags\":[\"posts\"]}")]
    [InlineData("evict_by_path", "{\"paths\":[\"/posts/1\"]}")]
    [InlineData("remove_key", "{\"key\":\"post/1\"}")]
    [InlineData("read_payload", "{\"key\":\"post/1\"}")]
    public async Task Call_OfAToolThatIsNotAllowed_IsRejectedAndChangesNothing(string tool, string arguments)
    {
        var error = await Assert.ThrowsAnyAsync<McpException>(() => fixture.Looking.CallForTextAsync(tool, JsonDocument.Parse(arguments).RootElement));
        Assert.Contains(tool, error.Message, StringComparison.Ordinal);
        Assert.Equal("page 1", await fixture.Application.Store.ReadAsync("post/1"));
    }

    [Fact]
    public async Task Health_OfAServer_ListsFindingsOfChecksThatOnlyRead()
    {
        var answer = await fixture.Looking.CallAsync("health");
        Assert.True(answer.GetProperty("isConnected").GetBoolean());
        var checks = answer.GetProperty("findings").EnumerateArray().Select(static finding => finding.GetProperty("check").GetString()).ToArray();
        Assert.Superset(new HashSet<string?> { "connection", "role", "version", "layout" }, checks.ToHashSet());
        Assert.DoesNotContain("rights", checks);
        Assert.DoesNotContain("write", checks);
        Assert.Contains("redistagcache doctor", answer.GetProperty("notChecked").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stats_OfACache_CountsItsEntries()
    {
        await fixture.Application.Store.EvictByTagAsync("post:1");
        var answer = await fixture.Looking.CallAsync("stats");
        var row = Assert.Single(answer.GetProperty("entries").EnumerateArray());
        Assert.Equal(("pages", "test", 3, 1), (Text(row, "region"), Text(row, "buildNamespace"), row.GetProperty("fresh").GetInt32(), row.GetProperty("invalidated").GetInt32()));
        Assert.Equal((1, true), (answer.GetProperty("partitions").GetInt32(), answer.GetProperty("isComplete").GetBoolean()));
        Assert.True(answer.GetProperty("tagInvalidations").GetInt32() > 0);
        Assert.True(answer.GetProperty("servers")[0].GetProperty("isAnswering").GetBoolean());
        Assert.Empty((await fixture.Looking.CallAsync("stats", new { region = "hybrid" })).GetProperty("entries").EnumerateArray());
    }

    [Fact]
    public async Task Find_ByTagPathKeyAndStatus_ReturnsTheEntries()
    {
        await fixture.Application.Store.EvictByTagAsync("post:1");
        Assert.Equal(["post/1", "post/2", "post/3"], await KeysAsync(new { tag = "posts" }));
        Assert.Equal(["post/2"], await KeysAsync(new { path = "https://www.example.org/Posts/2?page=1" }));
        Assert.Equal(["author/1"], await KeysAsync(new { keyPrefix = "author", tag = "", region = "" }));
        Assert.Equal(["post/1"], await KeysAsync(new { status = "invalidated" }));
        Assert.Empty(await KeysAsync(new { region = "hybrid" }));
        var one = await fixture.Looking.CallAsync("find_entries", new { limit = 1 });
        Assert.Equal((1, false, "limit"), (one.GetProperty("entries").GetArrayLength(), one.GetProperty("isComplete").GetBoolean(), Text(one, "stoppedBy")));
    }

    [Fact]
    public async Task Inspect_OfAnEntry_ReturnsEverythingButItsContent()
    {
        var (_, text) = await fixture.Changing.CallForTextAsync("inspect_entry", new { key = "post/1" });
        Assert.DoesNotContain("page 1", text, StringComparison.Ordinal);
        var entry = JsonDocument.Parse(text).RootElement.GetProperty("entries")[0];
        Assert.Equal(("post/1", "fresh", 6), (Text(entry, "key"), Text(entry, "status"), entry.GetProperty("payloadBytes").GetInt32()));
        Assert.False(entry.TryGetProperty("payload", out _));
        Assert.Equal("post/1", Text((await fixture.Looking.CallAsync("inspect_entry", new { key = "post/1", region = "pages", build = "test" })).GetProperty("entries")[0], "key"));
        Assert.Equal("There is no entry with the key 'post/77'.", await fixture.Looking.FailAsync("inspect_entry", new { key = "post/77" }));
        Assert.Equal("page 1", Text((await fixture.Changing.CallAsync("read_payload", new { key = "post/1" })).GetProperty("entries")[0], "payload"));
    }

    [Fact]
    public async Task Explain_OfEntriesInEachState_NamesTheReasonAndTheTimes()
    {
        var served = await ExplainAsync(new { key = "post/1" });
        Assert.Equal("yes", Text(served, "isServed"));
        Assert.StartsWith("According to Redis, it is served: ", Text(served, "explanation"), StringComparison.Ordinal);
        await fixture.Application.Store.ExpireByTagAsync("post:2");
        var before = DateTimeOffset.UtcNow;
        await fixture.Application.Store.EvictByTagAsync("post:1");

        var evicted = await ExplainAsync(new { key = "post/1" });
        Assert.Equal(("no", "post:1"), (Text(evicted, "isServed"), Text(evicted, "reasonTag")));
        var at = evicted.GetProperty("tagInvalidatedAt").GetDateTimeOffset();
        Assert.InRange(at, before - TimeSpan.FromSeconds(5), DateTimeOffset.UtcNow + TimeSpan.FromSeconds(5));
        Assert.Contains($"tag post:1 evicted at {at:yyyy-MM-dd HH:mm:ss}Z", Text(evicted, "explanation"), StringComparison.Ordinal);

        var expired = await ExplainAsync(new { path = "/posts/2" });
        Assert.Equal(("stale", "post:2"), (Text(expired, "isServed"), Text(expired, "reasonTag")));
        Assert.Contains("tag post:2 expired at", Text(expired, "explanation"), StringComparison.Ordinal);

        foreach (var missing in (object[])[new { key = "post/77" }, new { path = "/posts/77" }])
        {
            var answer = await fixture.Looking.CallAsync("explain", missing);
            Assert.Contains("No entry is stored", Text(answer, "explanation"), StringComparison.Ordinal);
            Assert.Empty(answer.GetProperty("entries").EnumerateArray());
        }

        Assert.Contains("in the regions output, hybrid, distributed", Text(await fixture.Looking.CallAsync("explain", new { key = "post/1", build = "test" }), "explanation"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PreviewEviction_OfATag_CountsAndEvictsNothing()
    {
        await fixture.Application.Store.EvictByTagAsync("post:1");
        var byTag = await fixture.Looking.CallAsync("preview_eviction", new { tag = "POSTS" });
        Assert.Equal((2, 1, true), (byTag.GetProperty("reached").GetInt32(), byTag.GetProperty("alreadyInvalidated").GetInt32(), byTag.GetProperty("isComplete").GetBoolean()));
        Assert.Equal(["post/2", "post/3"], byTag.GetProperty("examples").EnumerateArray().Select(static entry => Text(entry, "key")).Order(StringComparer.Ordinal));
        var byPath = await fixture.Looking.CallAsync("preview_eviction", new { path = "/posts/3" });
        Assert.Equal((1, "@path:/posts/3"), (byPath.GetProperty("reached").GetInt32(), Text(byPath, "tag")));
        Assert.Equal("page 2", await fixture.Application.Store.ReadAsync("post/2"));
        Assert.Equal("page 3", await fixture.Application.Store.ReadAsync("post/3"));
    }

    [Theory]
    [InlineData("find_entries", "{\"limit\":0}", "limit must be from 1 to 100, but was 0.")]
    [InlineData("find_entries", "{\"limit\":\"many\"}", "An argument has a wrong type")]
    [InlineData("find_entries", "{\"status\":\"rotten\"}", "An argument has a wrong type, or a value that the schema of the tool does not list.")]
    [InlineData("find_entries", "{\"tag\":\"a\",\"path\":\"/a\"}", "tag and path cannot be combined")]
    [InlineData("find_entries", "{\"path\":\"posts\"}", "path must be a path")]
    [InlineData("find_entries", "{\"region\":\"a:b\"}", "A region name must be")]
    [InlineData("inspect_entry", "{}", "'key'")]
    [InlineData("inspect_entry", "{\"key\":\"\"}", "key must not be empty.")]
    [InlineData("explain", "{}", "Either key or path must be given")]
    [InlineData("preview_eviction", "{}", "Either tag or path must be given.")]
    public async Task Arguments_ThatAreWrong_AreAnsweredWithWhatIsAllowed(string tool, string arguments, string said)
    {
        var error = await fixture.Looking.FailAsync(tool, JsonDocument.Parse(arguments).RootElement);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("RedisTagCache.", error, StringComparison.Ordinal);
    }

    private async Task<JsonElement> ExplainAsync(object arguments) => Assert.Single((await fixture.Looking.CallAsync("explain", arguments)).GetProperty("entries").EnumerateArray());

    private async Task<string[]> KeysAsync(object arguments) =>
        [.. (await fixture.Looking.CallAsync("find_entries", arguments)).GetProperty("entries").EnumerateArray().Select(static entry => Text(entry, "key")).Order(StringComparer.Ordinal)];

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public ValueTask DisposeAsync() => default;
}
