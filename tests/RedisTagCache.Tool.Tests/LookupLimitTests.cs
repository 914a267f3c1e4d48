using System.Globalization;
using RedisTagCache.TestSupport;
using RedisTagCache.Tool.Tests.Mcp;
using StackExchange.Redis;

namespace RedisTagCache.Tool.Tests;

/// <summary>A lookup by a key that is in very many builds is bounded, and says so.</summary>
public sealed class LookupLimitTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Commands_KeyOfManyBuilds_StopAtALimitAndSaySo()
    {
        await FillAsync(builds: 130);
        var inspected = await RunAsync("inspect", "post/1", "--json");
        Assert.Equal((100, false), (inspected.Json.GetProperty("entries").GetArrayLength(), inspected.Json.GetProperty("isComplete").GetBoolean()));
        Assert.Contains("There may be more entries of this key", (await RunAsync("inspect", "post/1")).Out, StringComparison.Ordinal);
        Assert.Equal(10, (await RunAsync("inspect", "post/1", "--payload", "--json")).Json.GetProperty("entries").GetArrayLength());
        var removed = await RunAsync("remove", "post/1", "--yes", "--json");
        Assert.Equal((100, false), (removed.Json.GetProperty("removed").GetInt32(), removed.Json.GetProperty("isComplete").GetBoolean()));
        var rest = await RunAsync("remove", "post/1", "--yes", "--json");
        Assert.Equal((31, true), (rest.Json.GetProperty("removed").GetInt32(), rest.Json.GetProperty("isComplete").GetBoolean()));
    }

    [Fact]
    public async Task Tools_KeyOfManyBuilds_StopAtALimitAndSaySo()
    {
        await FillAsync(builds: 130);
        await using var process = await McpProcess.StartAsync(redis.ConnectionString, _prefix, "--timeout", "30", "--allow-evictions", "--allow-payloads");
        foreach (var tool in (string[])["inspect_entry", "explain", "read_payload"])
        {
            var answer = await process.CallAsync(tool, new { key = "post/1" });
            Assert.False(answer.GetProperty("isComplete").GetBoolean());
            Assert.Equal(tool == "read_payload" ? 10 : 100, answer.GetProperty("entries").GetArrayLength() + answer.GetProperty("omitted").GetInt32());
        }

        Assert.Equal((100, false), await RemoveAsync());
        Assert.Equal((31, true), await RemoveAsync());

        async Task<(int Removed, bool IsComplete)> RemoveAsync()
        {
            var answer = await process.CallAsync("remove_key", new { key = "post/1" });
            return (answer.GetProperty("removed").GetInt32(), answer.GetProperty("isComplete").GetBoolean());
        }
    }

    private async Task FillAsync(int builds)
    {
        await using var application = Instance.Create(redis.ConnectionString, options => options.KeyPrefix = _prefix);
        await application.Store.WriteAsync("post/1", "v", "t");
        RedisKey source = $"{{{_prefix}:0}}:e:pages:test:post/1";
        byte[] bytes = (await redis.Database.StringGetAsync(source))!;
        await redis.Database.StringSetAsync([.. Enumerable.Range(0, builds).Select(i => new KeyValuePair<RedisKey, RedisValue>($"{{{_prefix}:0}}:e:pages:b{i}:post/1", bytes))]);
    }

    private Task<ToolRun> RunAsync(params string[] args) => ToolRun.StartAsync([.. args, "-c", redis.ConnectionString, "-p", _prefix]);
}
