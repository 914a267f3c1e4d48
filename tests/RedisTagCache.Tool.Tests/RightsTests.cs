using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.Tool.Tests;

/// <summary>The doctor tries every command that the cache sends: those that docs/security.md grants, of which other tests show that they are enough and that each is used.</summary>
public sealed class RightsTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    /// <summary>What the client asks for when it connects, and does without.</summary>
    private static readonly string[] _ofTheConnection = ["ping", "echo", "hello", "client|setname", "client|id", "cluster|nodes"];

    private static readonly string[] _ofClusters = ["spublish", "ssubscribe", "sunsubscribe"];

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Doctor_OfAUserWhoMayOnlyConnect_NamesEveryCommandOfTheCache(int protocol)
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.ConnectAsync();
        await connection.GetDatabase().ExecuteAsync("ACL", [.. User, .. _ofTheConnection.Select(static command => "+" + command)]);
        var run = await ToolRun.StartAsync("doctor", "-c", $"{server.ConnectionString},user=webapp,password=pw,protocol=resp{protocol}");
        Assert.Equal(ExitCode.Problem, run.Code);
        var refused = Refused(run.Out);
        Assert.Equal(DocumentedCommands().Except(_ofTheConnection).Except(_ofClusters).Concat(["scan", "dbsize"]).Order(StringComparer.Ordinal), refused.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Doctor_OfAUserWhoLacksOneCommand_NamesThatOneAlone()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.ConnectAsync();
        foreach (var commands in DocumentedCommands().Except(_ofTheConnection).Except(_ofClusters).Chunk(8))
            Assert.All(await Task.WhenAll(commands.Select(RefusedWithoutAsync)), static each => Assert.Equal([each.Command], each.Refused));

        async Task<(string Command, string[] Refused)> RefusedWithoutAsync(string command)
        {
            var user = "without-" + command;
            await connection.GetDatabase().ExecuteAsync("ACL", ["SETUSER", user, .. Rules, "+@all", "-" + command]);
            var run = await ToolRun.StartAsync("doctor", "-c", $"{server.ConnectionString},user={user},password=pw");
            return (command, Refused(run.Out));
        }
    }

    [Theory]
    [InlineData("ZADD", ExitCode.Problem, "ZADD cannot be used, because the server does not have it or it is disabled.")]
    [InlineData("EVALSHA", ExitCode.Problem, "EVALSHA cannot be used, because the server does not have it or it is disabled.")]
    [InlineData("PUBLISH", ExitCode.Ok, "PUBLISH cannot be used, because the server does not have it or it is disabled, so evictions and removals reach the memory of other instances within two seconds instead of milliseconds.")]
    [InlineData("DBSIZE", ExitCode.Ok, "DBSIZE cannot be used, because the server does not have it or it is disabled, so find, stats, and reclaim do not work as this user. The cache works.")]
    public async Task Doctor_CommandThatIsDisabled_IsNotTakenForPermitted(string command, int code, string said)
    {
        await using var server = await RedisServer.StartAsync();
        var run = await ToolRun.StartAsync("doctor", "-c", $"{server.ConnectionString},${command}=");
        Assert.Equal(code, run.Code);
        Assert.Contains(said, Words(run.Out), StringComparison.Ordinal);
        Assert.Equal(code == ExitCode.Ok, run.Out.Contains("has all permissions", StringComparison.Ordinal));
        Assert.Empty(Refused(run.Out));
    }

    [Fact]
    public async Task Doctor_CommandThatIsNotAnswered_IsNotTakenForPermitted()
    {
        ServerFeatures.Require(ServerFeature.Pause);
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.ConnectAsync();
        await connection.GetServers()[0].ExecuteAsync("CLIENT", "PAUSE", "60000", "WRITE");
        var run = await ToolRun.StartAsync("doctor", "-c", server.ConnectionString, "--timeout", "1");
        Assert.Equal(ExitCode.Problem, run.Code);
        Assert.Contains("There was no response to SET, EVAL, so its permission and those of the commands after it are not known.", Words(run.Out), StringComparison.Ordinal);
        Assert.DoesNotContain("has all permissions", run.Out, StringComparison.Ordinal);
        Assert.Empty(Refused(run.Out));
    }

    [Theory]
    [InlineData("spublish")]
    [InlineData("ssubscribe")]
    [InlineData("sunsubscribe")]
    [InlineData("evalsha")]
    public async Task Doctor_OfAClusterWhereOneServerRefusesACommand_NamesItAndTheServer(string command)
    {
        if (command == "sunsubscribe")
            ServerFeatures.Require(ServerFeature.ShardUnsubscription);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(cluster.ConnectionString + ",allowAdmin=true");
        var server = connection.GetServers().First(static server => !server.IsReplica);
        foreach (var each in connection.GetServers())
            await each.ExecuteAsync("ACL", [.. User, "+@all"]);
        await server.ExecuteAsync("ACL", "SETUSER", "webapp", "-" + command);
        var run = await ToolRun.StartAsync("doctor", "-c", $"{cluster.ConnectionString},user=webapp,password=pw");
        Assert.Contains($"The user may not use {command.ToUpperInvariant()} at {ToolSettings.Format(server.EndPoint)}", Words(run.Out), StringComparison.Ordinal);
        Assert.Equal([command], Refused(run.Out));
        await server.ExecuteAsync("ACL", "SETUSER", "webapp", "+" + command);
        Assert.Empty(Refused((await ToolRun.StartAsync("doctor", "-c", $"{cluster.ConnectionString},user=webapp,password=pw")).Out));
        Assert.Empty(connection.GetServers().SelectMany(static each => each.IsReplica ? [] : each.Keys(pattern: "*doctor*")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bench_UserOfTheDocs_MeasuresAndRemovesItsKeys(bool isCluster)
    {
        ServerFeatures.Require(ServerFeature.KeyPermissions);
        await using var server = isCluster ? null : await RedisServer.StartAsync();
        var connectionString = server?.ConnectionString ?? cluster.ConnectionString;
        await using var connection = await ConnectionMultiplexer.ConnectAsync(connectionString + ",allowAdmin=true");
        foreach (var each in connection.GetServers())
        {
            await each.ExecuteAsync("ACL", [.. User, .. DocumentedCommands().Except(_ofClusters).Select(static command => "+" + command)]);
            if (isCluster && each.Version.Major >= 7)
                await each.ExecuteAsync("ACL", ["SETUSER", "webapp", .. _ofClusters.Select(static command => "+" + command)]);
        }

        var run = await ToolRun.StartAsync("bench", "--seconds", "0.2", "--json", "-c", connectionString + ",user=webapp,password=pw");

        Assert.True(run.Code == ExitCode.Ok, run.Out + run.Error);
        Assert.All(run.Json.GetProperty("rows").EnumerateArray(), static row => Assert.True(row.GetProperty("perSecond").GetDouble() > 0));
        Assert.Empty(connection.GetServers().SelectMany(static each => each.IsReplica ? [] : each.Keys(pattern: "*bench*")));
    }

    private static object[] User => ["SETUSER", "webapp", .. Rules];

    private static object[] Rules => ["reset", "on", ">pw", .. RedisServer.KeyRights("{rtc:*")];

    private static string Words(string text) => string.Join(' ', text.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));

    private static string[] Refused(string text) =>
    [
        .. System.Text.RegularExpressions.Regex.Matches(Words(text), "The user may not use ((?:[A-Z]+, )*[A-Z]+)")
            .SelectMany(static match => match.Groups[1].Value.ToLowerInvariant().Split(", ")),
    ];

    private static IEnumerable<string> DocumentedCommands()
    {
        var page = File.ReadAllText(Repository.Folder("docs", "security.md"));
        var rule = page[page.IndexOf("ACL SETUSER", StringComparison.Ordinal)..];
        return rule[..rule.IndexOf("```", StringComparison.Ordinal)].Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Where(static word => word[0] == '+').Select(static word => word[1..]);
    }
}
