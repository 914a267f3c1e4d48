using System.Globalization;
using RedisTagCache.Testing.Engine;
using RedisTagCache.Testing.Protocol;

namespace RedisTagCache.Testing.Commands;

/// <summary>The server and its connections.</summary>
internal static class ServerCommands
{
    private static readonly Dictionary<string, string> _settings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["timeout"] = "0",
        ["databases"] = RedisEngine.DatabaseCount.ToString(CultureInfo.InvariantCulture),
        ["slave-read-only"] = "yes",
        ["replica-read-only"] = "yes",
        ["save"] = "",
        ["appendonly"] = "no",
        ["maxmemory"] = "0",
        ["maxmemory-policy"] = "noeviction",
    };

    public static IEnumerable<(string Name, Command Command)> All =>
    [
        ("HELLO", new(1, Hello, IsForScripts: false)),
        ("AUTH", new(2, static _ => RespReply.Ok, IsForScripts: false)),
        ("PING", new(1, Ping)),
        ("ECHO", new(2, static call => RespReply.Bulk(call[1]))),
        ("SELECT", new(2, Select)),
        ("QUIT", new(1, Quit, IsForScripts: false)),
        ("TIME", new(1, Time)),
        ("INFO", new(1, static call => RespReply.Bulk(ServerInfo.Text(call.Engine)))),
        ("ROLE", new(1, static _ => RespReply.Array([RespReply.Bulk("master"), RespReply.Integer(0), RespReply.EmptyArray]))),
        ("CLIENT", new(2, Client, IsForScripts: false)),
        ("CONFIG", new(3, Config, IsForScripts: false)),
        ("CLUSTER", new(2, static _ => throw new CommandException("ERR This instance has cluster support disabled"), IsForScripts: false)),
    ];

    private static RespReply Hello(Call call)
    {
        if (call.Count > 1)
            call.Session.IsResp3 = call.Integer(1) switch { 2 => false, 3 => true, _ => throw new CommandException("NOPROTO unsupported protocol version") };
        for (var i = 2; i < call.Count; i += call.Is(i, "AUTH") ? 3 : 2)
        {
            if (call.Is(i, "SETNAME"))
                call.Session.Name = call[i + 1];
        }

        return RespReply.Map(
        [
            RespReply.Bulk("server"), RespReply.Bulk("redis"),
            RespReply.Bulk("version"), RespReply.Bulk(ServerInfo.Version),
            RespReply.Bulk("proto"), RespReply.Integer(call.Session.IsResp3 ? 3 : 2),
            RespReply.Bulk("id"), RespReply.Integer(call.Session.Id),
            RespReply.Bulk("mode"), RespReply.Bulk("standalone"),
            RespReply.Bulk("role"), RespReply.Bulk("master"),
            RespReply.Bulk("modules"), RespReply.EmptyArray,
        ]);
    }

    private static RespReply Ping(Call call)
    {
        var answer = call.Count > 1 ? call[1] : null;
        if (call.Session is { IsResp3: false, Channels.Count: > 0 })
            return RespReply.Array([RespReply.Bulk("pong"), RespReply.Bulk(answer ?? [])]);
        return answer is null ? RespReply.Status("PONG") : RespReply.Bulk(answer);
    }

    private static RespReply Select(Call call)
    {
        call.Session.Database = call.Integer(1) is >= 0 and < RedisEngine.DatabaseCount and var index ? (int)index : throw new CommandException("ERR DB index is out of range");
        return RespReply.Ok;
    }

    private static RespReply Quit(Call call)
    {
        call.Session.EndAfterReplies();
        return RespReply.Ok;
    }

    private static RespReply Time(Call call)
    {
        var microseconds = (call.Engine.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return RespReply.Array([Number(microseconds / 1_000_000), Number(microseconds % 1_000_000)]);
    }

    private static RespReply Client(Call call)
    {
        switch (call.Text(1).ToUpperInvariant())
        {
            case "ID":
                return RespReply.Integer(call.Session.Id);
            case "GETNAME":
                return RespReply.Bulk(call.Session.Name);
            case "SETNAME":
                call.Session.Name = call[2];
                return RespReply.Ok;
            case "SETINFO":
                if (call.Is(2, "lib-name"))
                    call.Session.Library = call[3];
                return RespReply.Ok;
            case "LIST":
                return RespReply.Bulk(call.Engine.ListSessions());
            default:
                throw new CommandException($"ERR unknown subcommand '{call.Text(1)}' of CLIENT");
        }
    }

    private static RespReply Config(Call call)
    {
        if (!call.Is(1, "GET"))
            throw new CommandException($"ERR unknown subcommand '{call.Text(1)}' of CONFIG");
        var asked = Enumerable.Range(2, call.Count - 2).Select(call.Text).ToArray();
        var found = _settings.Where(setting => asked.Contains(setting.Key, StringComparer.OrdinalIgnoreCase) || asked.Contains("*"));
        return RespReply.Map([.. found.SelectMany(static setting => new[] { RespReply.Bulk(setting.Key), RespReply.Bulk(setting.Value) })]);
    }

    private static RespReply Number(long number) => RespReply.Bulk(number.ToString(CultureInfo.InvariantCulture));
}
