using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.Tool.Tests.Mcp;

/// <summary>Answers are bounded in size and time, and a server that is unavailable is an error that says so, until it is back.</summary>
public sealed class McpLimitTests
{
    private static readonly TimeSpan _bound = TimeSpan.FromSeconds(45);

    [Fact]
    public async Task Answer_WithManyEntriesAndTags_IsCutAndSaysSo()
    {
        await using var server = await RedisServer.StartAsync();
        await using var application = Instance.Create(server.ConnectionString);
        var tags = Enumerable.Range(0, 60).Select(static i => "\u202e" + new string('\u200b', 70) + i.ToString(CultureInfo.InvariantCulture)).ToArray();
        for (var i = 0; i < 20; i++)
            await McpFixture.WriteAsync(application, "k" + i, "v", tags);
        await using var process = await McpProcess.StartAsync(server.ConnectionString, "rtc");
        foreach (var (tool, arguments) in ((string, object)[])[("find_entries", new { limit = 100 }), ("preview_eviction", new { tag = tags[0] })])
        {
            var (isError, text) = await process.CallForTextAsync(tool, arguments);
            Assert.False(isError, text);
            Assert.InRange(text.Length, 10_000, 120_000);
            var answer = JsonDocument.Parse(text).RootElement;
            var entries = answer.GetProperty(tool == "find_entries" ? "entries" : "examples");
            Assert.Equal((50, 10), (entries[0].GetProperty("tags").GetArrayLength(), entries[0].GetProperty("tagsOmitted").GetInt32()));
            if (tool == "find_entries")
                Assert.Equal(20, entries.GetArrayLength() + answer.GetProperty("omitted").GetInt32());
            else
                Assert.Equal(20, answer.GetProperty("reached").GetInt32());
        }
    }

    [Fact]
    public async Task Search_ThatTakesTooLong_ReturnsWhatItHasFound()
    {
        await using var server = await RedisServer.StartAsync();
        await using var application = Instance.Create(server.ConnectionString);
        await McpFixture.WriteAsync(application, "k", "v", "t");
        await using var connection = await server.ConnectAsync();

        // They look like entries, because some servers count only what matches as a step. At 500 in a step and 10 ms between two, they take three seconds.
        foreach (var chunk in Enumerable.Range(0, 150_000).Chunk(10_000))
            await connection.GetDatabase().StringSetAsync([.. chunk.Select(static i => new KeyValuePair<RedisKey, RedisValue>("{rtc:0}:e:pages:test:many" + i, "v"))]);
        await using var process = await McpProcess.StartAsync(server.ConnectionString, "rtc", "--call-timeout", "2.5");
        foreach (var tool in (string[])["find_entries", "preview_eviction"])
        {
            var answer = await process.CallUntilAnsweredAsync(tool, new { tag = "t" });
            Assert.Equal((false, "time"), (answer.GetProperty("isComplete").GetBoolean(), answer.GetProperty("stoppedBy").GetString()));
        }

        var watch = Stopwatch.StartNew();
        await Eventually.BecomesTrueAsync(
            async () => (await process.FailAsync("inspect_entry", new { key = "many" })).Contains("did not end within 2.5 s", StringComparison.Ordinal), "the time is up", _bound);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, _bound);
    }

    [Fact]
    public async Task Call_WhileRedisIsDownOrHangs_FailsInTimeAndWorksAgainAfterwards()
    {
        await using var server = await RedisServer.StartAsync();
        await using (var application = Instance.Create(server.ConnectionString))
            await McpFixture.WriteAsync(application, "k", "v", "t");
        await using var process = await McpProcess.StartAsync(server.ConnectionString, "rtc", "--allow-evictions", "--timeout", "2");
        Assert.Equal(1, (await process.CallUntilAnsweredAsync("preview_eviction", new { tag = "t" })).GetProperty("reached").GetInt32());

        server.Hang();
        var watch = Stopwatch.StartNew();
        Assert.NotEqual("", await process.FailAsync("stats"));
        Assert.NotEqual("", await process.FailAsync("evict_by_tag", new { tags = (string[])["t"] }));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, _bound);
        server.Resume();
        Assert.Equal("yes", (await process.CallUntilAnsweredAsync("explain", new { key = "k" })).GetProperty("entries")[0].GetProperty("isServed").GetString());

        server.Kill();
        Assert.Equal($"Cannot connect to {server.ConnectionString}.", await process.FailAsync("evict_by_tag", new { tags = (string[])["t"] }));
        var health = await process.CallAsync("health");
        Assert.Equal((false, "error"), (health.GetProperty("isConnected").GetBoolean(), health.GetProperty("worst").GetString()));
        Assert.Contains("No server listens", health.GetProperty("findings")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        await server.RestartAsync();
        await Eventually.BecomesTrueAsync(async () => (await process.FailAsync("stats")).Contains("There is no cache with the prefix 'rtc'", StringComparison.Ordinal), "it is empty", _bound);
        await using (var application = Instance.Create(server.ConnectionString))
            await McpFixture.WriteAsync(application, "k", "v", "t");
        Assert.True((await process.CallUntilAnsweredAsync("evict_by_tag", new { tags = (string[])["t"] })).GetProperty("done").GetBoolean());
    }
}
