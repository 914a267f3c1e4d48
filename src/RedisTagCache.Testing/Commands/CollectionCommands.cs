using RedisTagCache.Testing.Data;
using RedisTagCache.Testing.Protocol;

namespace RedisTagCache.Testing.Commands;

/// <summary>Commands on values of the types that the cache does not use. A test can put them beside its entries, as other applications do.</summary>
internal static class CollectionCommands
{
    public static IEnumerable<(string Name, Command Command)> All =>
    [
        ("RPUSH", new(3, Push, Effect.NeedsMemory)),
        ("LLEN", new(2, static call => RespReply.Integer(call.Find<ListItems>(call[1])?.Value.Count ?? 0))),
        ("SADD", new(3, static call => RespReply.Integer(call.Arguments.Skip(2).Count(call.Change<SetMembers>(call[1]).Add)), Effect.NeedsMemory)),
        ("SCARD", new(2, static call => RespReply.Integer(call.Find<SetMembers>(call[1])?.Value.Count ?? 0))),
    ];

    private static RespReply Push(Call call)
    {
        var items = call.Change<ListItems>(call[1]);
        items.AddRange(call.Arguments.Skip(2));
        return RespReply.Integer(items.Count);
    }
}
