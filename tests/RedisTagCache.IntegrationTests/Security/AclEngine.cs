using System.Text.RegularExpressions;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Security;

/// <summary>A server on which the cache is the user that docs/security.md describes, with keys of the tests' prefixes.</summary>
public sealed partial class AclEngine : IEngine, IAsyncLifetime
{
    private static readonly string[] _unknownBefore7 = ["+spublish", "+ssubscribe", "+sunsubscribe", "resetchannels", "&{rtc:*"];

    /// <summary>What the client asks for and does without, also as servers before 7.0 tell it: without the subcommand. From 7.2 on they know CLIENT SETINFO.</summary>
    private static readonly string[] _doneWithout =
    [
        "command config|get", "command cluster|slots", "command client|setinfo", "command config", "command cluster", "command client",
        "key __Booksleeve_TieBreak", "channel __Booksleeve_MasterChanged",
    ];

    private RedisServer? _server;
    private ConnectionMultiplexer? _admin;

    public string ConnectionString => ServerFeatures.OrSkip(_server, ServerFeature.KeyPermissions).ConnectionString + ",user=webapp,password=PASSWORD";

    public int Partitions => 1;

    public IDatabase Database => ServerFeatures.OrSkip(_admin, ServerFeature.KeyPermissions).GetDatabase();

    /// <summary>The commands of the documented user.</summary>
    public static string[] Commands => [.. Rules().Where(static rule => rule[0] == '+').Select(static rule => rule[1..])];

    public async ValueTask InitializeAsync()
    {
        if (RedisServer.IsEmbedded)
            return;
        _server = await RedisServer.StartAsync();
        SharedServers.Add(_server.ConnectionString);
        _admin = await _server.ConnectAsync();
        await Database.ExecuteAsync("ACL", "SETUSER", "default", "off"); // else one whose password is wrong is still that one
        await SetUserAsync("{t*:*");
    }

    public async ValueTask DisposeAsync()
    {
        if (_admin is not null)
            await _admin.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    /// <summary>Makes the user again, for other keys and without some of the commands.</summary>
    public async Task SetUserAsync(string pattern, params string[] without)
    {
        await Database.ExecuteAsync("ACL", "SETUSER", "webapp", "reset");
        foreach (var rule in Rules().Except(without.Select(static command => "+" + command)))
        {
            try
            {
                await Database.ExecuteAsync("ACL", "SETUSER", "webapp", rule.Replace("{rtc:*", pattern, StringComparison.Ordinal));
            }
            catch (RedisServerException e) when (e.Message.Contains("Unknown command", StringComparison.Ordinal) || !rule.StartsWith('+'))
            {
                Assert.Contains(rule, _unknownBefore7);
            }
        }
    }

    /// <summary>What was refused since this was asked last, but for what the client asks for and does without.</summary>
    public async Task<string[]> RefusedAsync()
    {
        var refused = (RedisResult[])(await Database.ExecuteAsync("ACL", "LOG"))!;
        await Database.ExecuteAsync("ACL", "LOG", "RESET");
        return [.. refused.Select(static line => line.ToDictionary()).Select(static line => $"{line["reason"]} {line["object"]}").Except(_doneWithout)];
    }

    public static string[] Rules()
    {
        var page = File.ReadAllText(Repository.Folder("docs", "security.md"));
        return Rule().Match(page).Groups[1].Value.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
    }

    [GeneratedRegex("ACL SETUSER webapp (.*?)```", RegexOptions.Singleline)]
    private static partial Regex Rule();
}
