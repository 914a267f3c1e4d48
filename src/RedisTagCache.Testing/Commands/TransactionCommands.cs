using RedisTagCache.Testing.Protocol;

namespace RedisTagCache.Testing.Commands;

/// <summary>Transactions, with which the client takes locks.</summary>
internal static class TransactionCommands
{
    public static IEnumerable<(string Name, Command Command)> All =>
    [
        ("MULTI", new(1, Begin, IsForScripts: false)),
        ("EXEC", new(1, Execute, IsForScripts: false)),
        ("DISCARD", new(1, Discard, IsForScripts: false)),
        ("WATCH", new(2, Watch, IsForScripts: false)),
        ("UNWATCH", new(1, static call => End(call, RespReply.Ok), IsForScripts: false)),
    ];

    /// <summary>Gets whether a command runs at once although a transaction has started.</summary>
    public static bool RunsAtOnce(Call call) => call.Name is "EXEC" or "DISCARD" or "MULTI" or "WATCH";

    private static RespReply Begin(Call call)
    {
        if (call.Session.Queued is not null)
            throw new CommandException("ERR MULTI calls can not be nested");
        call.Session.Queued = [];
        return RespReply.Ok;
    }

    private static RespReply Watch(Call call)
    {
        foreach (var key in call.Arguments.Skip(1))
            call.Session.Watched.Add((call.Keys, key, Seen(call.Keys, key)));
        return RespReply.Ok;
    }

    private static RespReply Execute(Call call)
    {
        var queued = call.Session.Queued ?? throw new CommandException("ERR EXEC without MULTI");
        var isChanged = call.Session.Watched.Exists(static watched => Seen(watched.Keys, watched.Key) != watched.Seen);
        End(call, RespReply.Ok);
        return isChanged ? RespReply.Null : RespReply.Array([.. queued.Select(arguments => call.Engine.Run(call with { Arguments = arguments }))]);
    }

    private static RespReply Discard(Call call) => call.Session.Queued is null ? throw new CommandException("ERR DISCARD without MULTI") : End(call, RespReply.Ok);

    private static RespReply End(Call call, RespReply reply)
    {
        call.Session.Queued = null;
        call.Session.Watched.Clear();
        return reply;
    }

    /// <summary>Gets what tells a key's value from its earlier and its later ones.</summary>
    private static (long Id, long Writes) Seen(Data.Keyspace keys, byte[] key) => keys.Find(key) is { } item ? (item.Id, item.Writes) : default;
}
