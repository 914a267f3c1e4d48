using RedisTagCache.Testing.Connections;
using RedisTagCache.Testing.Data;
using RedisTagCache.Testing.Protocol;

namespace RedisTagCache.Testing.Engine;

/// <summary>Channels and their subscribers.</summary>
internal sealed class Messages(Faults faults)
{
    private readonly Dictionary<byte[], List<ClientSession>> _subscribers = new(ByteComparer.Instance);

    public void Add(ClientSession session, byte[] channel)
    {
        if (!session.Channels.Add(channel))
            return;
        if (!_subscribers.TryGetValue(channel, out var sessions))
            _subscribers.Add(channel, sessions = []);
        sessions.Add(session);
    }

    public void Remove(ClientSession session, byte[] channel)
    {
        if (session.Channels.Remove(channel) && _subscribers[channel] is var sessions && sessions.Remove(session) && sessions.Count == 0)
            _subscribers.Remove(channel);
    }

    public void RemoveAll(ClientSession session)
    {
        foreach (var channel in session.Channels.ToList())
            Remove(session, channel);
    }

    /// <summary>Sends a message to the subscribers of a channel, and returns their number.</summary>
    public int Publish(byte[] channel, byte[] message)
    {
        if (faults.LosesMessages || !_subscribers.TryGetValue(channel, out var sessions))
            return 0;
        var push = RespReply.Push([RespReply.Bulk("message"), RespReply.Bulk(channel), RespReply.Bulk(message)]);
        foreach (var session in sessions)
            session.Send(push);
        return sessions.Count;
    }
}
