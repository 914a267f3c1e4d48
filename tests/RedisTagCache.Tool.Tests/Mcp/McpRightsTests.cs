using RedisTagCache.TestSupport;

namespace RedisTagCache.Tool.Tests.Mcp;

/// <summary>The Redis user that docs/command-line.md advises for agents can look at everything, and change nothing.</summary>
public sealed class McpRightsTests
{
    /// <summary>Those of a cluster, and of the client while it connects.</summary>
    private static readonly string[] _elsewhere = ["unsubscribe", "ssubscribe", "sunsubscribe", "cluster|nodes"];

    [Fact]
    public async Task UserOfTheDocs_Looks_AndNeedsEachOfTheCommands()
    {
        ServerFeatures.Require(ServerFeature.KeyPermissions);
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.ConnectAsync();
        await using var application = Instance.Create(server.ConnectionString);
        await McpFixture.WriteAsync(application, "k", "v", "t");
        await McpFixture.WriteAsync(application, "evicted", "v", "u", "@path:/P");
        await application.Store.EvictByTagAsync("u");
        var database = connection.GetDatabase();
        var rules = Rules();
        await database.ExecuteAsync("ACL", ["SETUSER", .. rules]);
        var commands = rules.Where(static rule => rule[0] == '+').Select(static rule => rule[1..]).ToArray();
        var writing = ((string[])(await database.ExecuteAsync("ACL", "CAT", "write"))!).ToHashSet();
        Assert.DoesNotContain(commands, writing.Contains);

        await using var process = await McpProcess.StartAsync(server.ConnectionString + ",user=agent,password=PASSWORD", "rtc", "--allow-evictions", "--allow-payloads");
        await database.ExecuteAsync("SCRIPT", "FLUSH");
        await database.ExecuteAsync("CONFIG", "RESETSTAT");
        Assert.Equal("no", (await process.CallAsync("explain", new { key = "evicted" })).GetProperty("entries")[0].GetProperty("isServed").GetString());
        Assert.Equal("u", (await process.CallAsync("explain", new { path = "/p" })).GetProperty("entries")[0].GetProperty("reasonTag").GetString());
        Assert.Equal(2, (await process.CallAsync("find_entries")).GetProperty("entries").GetArrayLength());
        Assert.Equal(1, (await process.CallAsync("preview_eviction", new { tag = "t" })).GetProperty("reached").GetInt32());
        Assert.Equal(1, (await process.CallAsync("inspect_entry", new { key = "k", region = "pages", build = "test" })).GetProperty("entries").GetArrayLength());
        Assert.Equal("v", (await process.CallAsync("read_payload", new { key = "k" })).GetProperty("entries")[0].GetProperty("payload").GetString());
        Assert.Equal(1, (await process.CallAsync("stats")).GetProperty("tagInvalidations").GetInt32());
        Assert.True((await process.CallAsync("health")).GetProperty("isConnected").GetBoolean());
        var used = (await database.ExecuteAsync("INFO", "commandstats")).ToString().Split('\n')
            .Where(static line => line.StartsWith("cmdstat_", StringComparison.Ordinal)).Select(static line => line["cmdstat_".Length..line.IndexOf(':', StringComparison.Ordinal)]).ToArray();
        Assert.All(commands.Except(_elsewhere), command => Assert.True(used.Contains(command) || used.Contains(command.Split('|')[0]), command));

        var failed = await process.FailAsync("evict_by_tag", new { tags = (string[])["t"] });
        Assert.StartsWith("The change failed: ", failed, StringComparison.Ordinal);
        Assert.DoesNotContain("retried", failed, StringComparison.Ordinal);
        Assert.NotEqual("", await process.FailAsync("remove_key", new { key = "k" }));
        Assert.Equal("v", await application.Store.ReadAsync("k"));
    }

    /// <summary>The rules of the user that the page advises.</summary>
    private static string[] Rules()
    {
        var page = File.ReadAllText(Repository.Folder("docs", "command-line.md"));
        var rule = page[(page.IndexOf("ACL SETUSER", StringComparison.Ordinal) + "ACL SETUSER".Length)..];
        return rule[..rule.IndexOf("```", StringComparison.Ordinal)].Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
    }
}
