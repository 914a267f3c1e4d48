using RedisTagCache.Testing.Data;
using RedisTagCache.Testing.Protocol;

namespace RedisTagCache.Testing.Commands;

/// <summary>Commands on values that are fields with their values.</summary>
internal static class HashCommands
{
    public static IEnumerable<(string Name, Command Command)> All =>
    [
        ("HGET", new(3, static call => RespReply.Bulk(ValueOf(call, 2)))),
        ("HMGET", new(3, static call => RespReply.Array([.. Enumerable.Range(2, call.Count - 2).Select(i => RespReply.Bulk(ValueOf(call, i)))]))),
        ("HGETALL", new(2, static call => RespReply.Map([.. (call.Find<HashFields>(call[1])?.Value ?? []).SelectMany(static pair => new[] { RespReply.Bulk(pair.Key), RespReply.Bulk(pair.Value) })]))),
        ("HSET", new(4, Set, Effect.NeedsMemory)),
        ("HDEL", new(3, Delete, Effect.Changes)),
        ("HEXISTS", new(3, static call => RespReply.Flag(ValueOf(call, 2) is not null))),
        ("HLEN", new(2, static call => RespReply.Integer(call.Find<HashFields>(call[1])?.Value.Count ?? 0))),
    ];

    private static byte[]? ValueOf(Call call, int index) => call.Find<HashFields>(call[1])?.Value.GetValueOrDefault(call[index]);

    private static RespReply Set(Call call)
    {
        if (call.Count % 2 != 0)
            throw new CommandException("ERR wrong number of arguments for 'hset' command");
        var fields = call.Change<HashFields>(call[1]);
        var before = fields.Count;
        for (var i = 2; i < call.Count; i += 2)
            fields[call[i]] = call[i + 1];
        return RespReply.Integer(fields.Count - before);
    }

    private static RespReply Delete(Call call)
    {
        if (!call.TryChange<HashFields>(call[1], out var fields))
            return RespReply.Integer(0);
        var removed = call.Arguments.Skip(2).Count(fields.Remove);
        if (fields.Count == 0)
            call.Keys.Remove(call[1]);
        return RespReply.Integer(removed);
    }
}
