using System.Text.Json;
using RedisTagCache.TestSupport;
using RedisTagCache.Tool.Doctor;
using StackExchange.Redis;

namespace RedisTagCache.Tool.Tests;

/// <summary>The doctor at sick servers: he says what is wrong and what to do, in a bounded time.</summary>
public sealed class DoctorTests
{
    private static readonly TimeSpan _bound = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task Doctor_OfAHealthyServer_FindsNothingAndLeavesNothing()
    {
        await using var server = await RedisServer.StartAsync("--maxmemory", "64mb", "--maxmemory-policy", "volatile-lru");
        var run = await ToolRun.StartAsync("doctor", "-c", server.ConnectionString);
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Error));
        Assert.Contains("No problems found.", run.Out, StringComparison.Ordinal);
        await using var connection = await server.ConnectAsync();
        Assert.Equal(0, await connection.GetServers()[0].DatabaseSizeAsync());
        var json = await ToolRun.StartAsync("doctor", "-c", server.ConnectionString, "--json");
        Assert.Equal("ok", json.Json.GetProperty("worst").GetString());
        Assert.All(json.Json.GetProperty("findings").EnumerateArray(), finding => Assert.Equal("ok", finding.GetProperty("level").GetString()));
    }

    [Fact]
    public async Task Doctor_OfAFullServerThatDropsNothing_SaysSo()
    {
        await using var server = await RedisServer.StartAsync("--maxmemory", "3mb", "--maxmemory-policy", "noeviction");
        await using var connection = await server.ConnectAsync();
        await FillAsync(connection.GetDatabase());
        var run = await ToolRun.StartAsync("doctor", "-c", server.ConnectionString);
        Assert.Equal(ExitCode.Problem, run.Code);
        AssertSays(run.Out, "it is full, and rejects writes and evictions", "volatile-lru", "its memory is full and its policy drops no keys");
        AssertFinding(await JsonAsync(server.ConnectionString), "write", "error");
        Assert.InRange(run.Taken, TimeSpan.Zero, _bound);
    }

    [Theory]
    [InlineData("Redis", "5.0.14", Level.Error)]
    [InlineData("Redis", "6.0.0", Level.Ok)]
    [InlineData("Redis", "6.0.16", Level.Ok)]
    [InlineData("Valkey", "7.2.5", Level.Ok)]
    [InlineData("Garnet", "1.0.0", Level.Ok)]
    [InlineData("Redis", "unknown", Level.Ok)]
    public void Version_IsAnErrorBeforeTheOldestOneThatIsSupported(string engine, string number, object level) =>
        Assert.Equal((Level)level, ServerChecks.Version("redis-a:6379", engine, number).Level);

    [Fact]
    public async Task Doctor_OfAReplica_SendsToThePrimary()
    {
        await using var primary = await RedisServer.StartAsync();
        await using var replica = await RedisServer.StartAsync("--replicaof", $"127.0.0.1 {primary.Port}");
        await using var connection = await replica.ConnectAsync();
        await Eventually.BecomesTrueAsync(async () => (await connection.GetServers()[0].InfoRawAsync("replication"))!.Contains("master_link_status:up", StringComparison.Ordinal), "it follows");
        var run = await ToolRun.StartAsync("doctor", "-c", replica.ConnectionString);
        Assert.Equal(ExitCode.Problem, run.Code);
        AssertSays(run.Out, "Only a read-only replica is connected", "Name the primary");
        AssertFinding(await JsonAsync(replica.ConnectionString), "role", "error");
        Assert.InRange(run.Taken, TimeSpan.Zero, _bound);
    }

    [Theory]
    [InlineData("password=guess-nr-1", "rejected the user name or the password")]
    [InlineData("user=me,password=guess-nr-2", "rejected the user name or the password")]
    [InlineData("", "requires a password, but the connection string has none")]
    public async Task Doctor_WithAWrongPassword_SaysSoAndNeverRepeatsIt(string credentials, string said)
    {
        await using var server = await RedisServer.StartAsync();
        await using (var before = await server.ConnectAsync())
            await before.GetServers()[0].ExecuteAsync("ACL", "SETUSER", "default", "resetpass", ">the-real-one");
        var connection = credentials.Length == 0 ? server.ConnectionString : $"{server.ConnectionString},{credentials}";
        foreach (var format in (string[][])[[], ["--json"]])
        {
            var run = await ToolRun.StartAsync(["doctor", "-c", connection, "--timeout", "2", .. format]);
            Assert.Equal(ExitCode.Unreachable, run.Code);
            AssertSays(run.Out, said, "password=");
            Assert.DoesNotContain("guess-nr", run.Out + run.Error, StringComparison.Ordinal);
            Assert.InRange(run.Taken, TimeSpan.Zero, _bound);
        }

        var other = await ToolRun.StartAsync("stats", "-c", connection, "--timeout", "2");
        Assert.Equal(ExitCode.Unreachable, other.Code);
        Assert.DoesNotContain("guess-nr", other.Out + other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_OfAHungServer_SaysThatItDoesNotAnswer()
    {
        await using var server = await RedisServer.StartAsync();
        server.Hang();
        var run = await ToolRun.StartAsync("doctor", "-c", server.ConnectionString, "--timeout", "1");
        Assert.Equal(ExitCode.Unreachable, run.Code);
        AssertSays(run.Out, "accepts connections, but did not respond within 1 s", "the server hangs");
        Assert.InRange(run.Taken, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(6));
        Assert.Equal(ExitCode.Unreachable, (await ToolRun.StartAsync("stats", "-c", server.ConnectionString, "--timeout", "1")).Code);
    }

    [Fact]
    public async Task Doctor_OfNoServer_SaysThatNothingListens()
    {
        var run = await ToolRun.StartAsync("doctor", "-c", $"127.0.0.1:{RedisServer.FreePort()}", "--timeout", "1");
        Assert.Equal(ExitCode.Unreachable, run.Code);
        AssertSays(run.Out, "No server listens at 127.0.0.1:", "Start the server");
        Assert.InRange(run.Taken, TimeSpan.Zero, TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task Doctor_OfAUserWithTooFewRights_NamesWhatIsMissing()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.ConnectAsync();
        await connection.GetServers()[0].ExecuteAsync("ACL", ["SETUSER", "app", "on", ">pw", .. RedisServer.KeyRights("{rtc:*"), "+@all", "-zadd", "-getrange", "-publish", "-scan"]);
        var run = await ToolRun.StartAsync("doctor", "-c", server.ConnectionString + ",user=app,password=pw");
        Assert.Equal(ExitCode.Problem, run.Code);
        AssertSays(run.Out, "The user may not use GETRANGE, ZADD.", "+getrange +zadd", "may not use PUBLISH", "may not use SCAN");
    }

    [Fact]
    public async Task Doctor_OfTheUserThatTheDocsAdvise_MissesOnlyWhatTheToolNeeds()
    {
        ServerFeatures.Require(ServerFeature.KeyPermissions);
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.ConnectAsync();
        var page = await File.ReadAllTextAsync(Repository.Folder("docs", "security.md"), TestContext.Current.CancellationToken);
        var rule = page[page.IndexOf("ACL SETUSER", StringComparison.Ordinal)..];
        object[] words = [.. rule[..rule.IndexOf("```", StringComparison.Ordinal)].Replace("PASSWORD", "pw", StringComparison.Ordinal).Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Skip(1)];
        await connection.GetServers()[0].ExecuteAsync("ACL", words);
        var connectionString = server.ConnectionString + ",user=webapp,password=pw";
        var run = await ToolRun.StartAsync("doctor", "-c", connectionString);
        Assert.Equal(ExitCode.Ok, run.Code);
        AssertSays(run.Out, "The user has all permissions that the cache needs.", "The user may not use SCAN, DBSIZE, so find, stats, and reclaim do not work as this user");
        await connection.GetServers()[0].ExecuteAsync("ACL", "SETUSER", "webapp", "+scan", "+dbsize");
        Assert.DoesNotContain("may not", (await ToolRun.StartAsync("doctor", "-c", connectionString)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExitCodes_AreThoseThatAreDocumented()
    {
        var page = await File.ReadAllLinesAsync(Repository.Folder("docs", "command-line.md"), TestContext.Current.CancellationToken);
        var documented = page.SkipWhile(line => line != "| code | meaning |").Skip(2).TakeWhile(line => line.StartsWith('|')).Select(line => int.Parse(line.Split('|')[1], null));
        Assert.Equal(typeof(ExitCode).GetFields().Select(field => (int)field.GetRawConstantValue()!).Order(), documented);
    }

    [Fact]
    public async Task Doctor_OfAnotherLayoutThanTheSettingsSay_SaysSo()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.ConnectAsync();
        await connection.GetDatabase().StringSetAsync("{rtc:layout}", "36");
        var folder = Directory.CreateTempSubdirectory("rtc-tool-").FullName;
        try
        {
            var settings = JsonSerializer.Serialize(new { RedisTagCache = new { Configuration = server.ConnectionString, Partitions = 4 } });
            await File.WriteAllTextAsync(Path.Combine(folder, "appsettings.json"), settings, TestContext.Current.CancellationToken);
            var run = await ToolRun.StartAsync(["doctor"], answer: null, folder: folder);
            Assert.Equal(ExitCode.Problem, run.Code);
            AssertSays(run.Out, "over 36 partitions, but the appsettings.json in this folder sets 4");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task FillAsync(IDatabase database)
    {
        try
        {
            for (var i = 0; ; i++)
                await database.StringSetAsync("filler:" + i, new byte[20_000]);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("OOM", StringComparison.Ordinal))
        {
            // full
        }
    }

    private static async Task<JsonElement> JsonAsync(string connection) => (await ToolRun.StartAsync("doctor", "-c", connection, "--json")).Json;

    private static void AssertFinding(JsonElement json, string check, string level) => Assert.Contains(
        json.GetProperty("findings").EnumerateArray(),
        finding => finding.GetProperty("check").GetString() == check && finding.GetProperty("level").GetString() == level && finding.GetProperty("advice").GetString()!.Length > 10);

    private static void AssertSays(string text, params string[] parts)
    {
        // What is too wide for the line goes on in the next.
        var words = string.Join(' ', text.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));
        Assert.All(parts, part => Assert.Contains(part, words, StringComparison.Ordinal));
    }
}
