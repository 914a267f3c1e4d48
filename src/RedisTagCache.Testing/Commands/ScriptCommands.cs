using System.Text;
using RedisTagCache.Testing.Protocol;

namespace RedisTagCache.Testing.Commands;

/// <summary>Scripts, by their text or by its hash.</summary>
internal static class ScriptCommands
{
    public static IEnumerable<(string Name, Command Command)> All =>
    [
        ("EVAL", new(3, static call => Run(call, call.Engine.Scripts.Load(call[1])), IsForScripts: false)),
        ("EVALSHA", new(3, static call => Run(call, call.Text(1).ToLowerInvariant()), IsForScripts: false)),
        ("SCRIPT", new(2, Manage, IsForScripts: false)),
    ];

    private static RespReply Run(Call call, string hash)
    {
        var count = (int)call.Integer(2);
        if (count < 0 || count > call.Count - 3)
            throw new CommandException("ERR Number of keys can't be greater than number of args");
        var (keys, arguments) = (call.Arguments[3..(3 + count)], call.Arguments[(3 + count)..]);
        var reply = call.Engine.Scripts.Run(call, hash, keys, arguments);
        call.Engine.Evictions.Record(hash, keys, arguments, reply);
        return reply;
    }

    private static RespReply Manage(Call call)
    {
        switch (call.Text(1).ToUpperInvariant())
        {
            case "LOAD":
                return RespReply.Bulk(Encoding.ASCII.GetBytes(call.Engine.Scripts.Load(call[2])));
            case "EXISTS":
                return RespReply.Array([.. Enumerable.Range(2, call.Count - 2).Select(i => RespReply.Flag(call.Engine.Scripts.IsKnown(call.Text(i).ToLowerInvariant())))]);
            case "FLUSH":
                call.Engine.Scripts.Clear();
                return RespReply.Ok;
            default:
                throw new CommandException($"ERR unknown subcommand '{call.Text(1)}' of SCRIPT");
        }
    }
}
