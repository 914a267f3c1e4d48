using RedisTagCache.Testing.Protocol;

namespace RedisTagCache.Testing.Commands;

/// <summary>Commands on values that are bytes.</summary>
internal static class StringCommands
{
    public static IEnumerable<(string Name, Command Command)> All =>
    [
        ("GET", new(2, static call => RespReply.Bulk(call.FindString(1)))),
        ("MGET", new(2, static call => RespReply.Array([.. call.Arguments.Skip(1).Select(key => RespReply.Bulk(call.Keys.Find(key)?.Value as byte[]))]))),
        ("GETRANGE", new(4, GetRange)),
        ("STRLEN", new(2, static call => RespReply.Integer(call.FindString(1)?.Length ?? 0))),
        ("SET", new(3, Set, Effect.NeedsMemory)),
        ("SETNX", new(3, static call => RespReply.Flag(Set(call with { Arguments = [.. call.Arguments, "NX"u8.ToArray()] }).Kind != ReplyKind.Null), Effect.NeedsMemory)),
        ("SETEX", new(4, static call => Set(call with { Arguments = [call[0], call[1], call[3], "EX"u8.ToArray(), call[2]] }), Effect.NeedsMemory)),
        ("PSETEX", new(4, static call => Set(call with { Arguments = [call[0], call[1], call[3], "PX"u8.ToArray(), call[2]] }), Effect.NeedsMemory)),
        ("SETRANGE", new(4, SetRange, Effect.NeedsMemory)),
        ("APPEND", new(3, Append, Effect.NeedsMemory)),
    ];

    private static RespReply GetRange(Call call)
    {
        var value = call.FindString(1) ?? [];
        var (start, end) = (call.Integer(2), call.Integer(3));
        start = Math.Max(0, start < 0 ? start + value.Length : start);
        end = Math.Min(value.Length - 1, end < 0 ? end + value.Length : end);
        return RespReply.Bulk(start > end ? [] : value[(int)start..((int)end + 1)]);
    }

    private static RespReply Set(Call call)
    {
        var existing = call.Keys.Find(call[1]);
        long expiresAt = 0;
        var (isNew, isOld, keepsExpiration, returnsOld) = (false, false, false, false);
        for (var i = 3; i < call.Count; i++)
        {
            switch (call.Text(i).ToUpperInvariant())
            {
                case "NX": isNew = true; break;
                case "XX": isOld = true; break;
                case "KEEPTTL": keepsExpiration = true; break;
                case "GET": returnsOld = true; break;
                case "PX": expiresAt = call.Keys.Now + call.PositiveInteger(++i); break;
                case "EX": expiresAt = call.Keys.Now + (call.PositiveInteger(++i) * 1000); break;
                case "PXAT": expiresAt = call.PositiveInteger(++i); break;
                case "EXAT": expiresAt = call.PositiveInteger(++i) * 1000; break;
                default: throw new CommandException("ERR syntax error");
            }
        }

        var old = returnsOld ? RespReply.Bulk(call.FindString(1)) : null;
        if ((isNew && existing is not null) || (isOld && existing is null))
            return old ?? RespReply.Null;
        if (keepsExpiration)
            expiresAt = existing?.ExpiresAt ?? 0;
        call.Keys.Set(call[1], call[2]).ExpiresAt = expiresAt;
        return old ?? RespReply.Ok;
    }

    private static RespReply SetRange(Call call)
    {
        var value = call.FindString(1) ?? [];
        var (start, part) = ((int)call.Integer(2), call[3]);
        if (part.Length == 0)
            return RespReply.Integer(value.Length);
        var changed = new byte[Math.Max(value.Length, start + part.Length)];
        value.CopyTo(changed, 0);
        part.CopyTo(changed, start);
        return Replace(call, changed);
    }

    private static RespReply Append(Call call) => Replace(call, [.. call.FindString(1) ?? [], .. call[2]]);

    private static RespReply Replace(Call call, byte[] value)
    {
        var expiresAt = call.Keys.Find(call[1])?.ExpiresAt ?? 0;
        call.Keys.Set(call[1], value).ExpiresAt = expiresAt;
        return RespReply.Integer(value.Length);
    }
}
