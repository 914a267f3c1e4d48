using RedisTagCache.Testing.Protocol;

namespace RedisTagCache.Testing.Commands;

/// <summary>Messages. Channels with patterns are not there, because the cache uses none.</summary>
internal static class MessageCommands
{
    public static IEnumerable<(string Name, Command Command)> All =>
    [
        ("PUBLISH", new(3, static call => RespReply.Integer(call.Engine.Messages.Publish(call[1], call[2])))),
        ("SUBSCRIBE", new(2, static call => Change(call, call.Arguments.Skip(1), "subscribe"), IsForScripts: false)),
        ("UNSUBSCRIBE", new(1, static call => Change(call, call.Count > 1 ? call.Arguments.Skip(1) : [.. call.Session.Channels], "unsubscribe"), IsForScripts: false)),
    ];

    /// <summary>Each channel has a reply of its own. The last of them is returned.</summary>
    private static RespReply Change(Call call, IEnumerable<byte[]> channels, string kind)
    {
        RespReply? last = null;
        foreach (var channel in channels)
        {
            if (last is not null)
                call.Session.Send(last);
            if (kind == "subscribe")
                call.Engine.Messages.Add(call.Session, channel);
            else
                call.Engine.Messages.Remove(call.Session, channel);
            last = RespReply.Push([RespReply.Bulk(kind), RespReply.Bulk(channel), RespReply.Integer(call.Session.Channels.Count)]);
        }

        return last ?? RespReply.Push([RespReply.Bulk(kind), RespReply.Null, RespReply.Integer(0)]);
    }
}
