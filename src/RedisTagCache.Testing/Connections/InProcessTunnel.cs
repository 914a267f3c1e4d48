using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using RedisTagCache.Testing.Engine;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace RedisTagCache.Testing.Connections;

/// <summary>Connects the client to a server in this process, without a socket.</summary>
internal sealed class InProcessTunnel(RedisEngine engine) : Tunnel
{
    /// <summary>Without limits, because a command is read to its end before it runs.</summary>
    private static readonly PipeOptions _options = new(pauseWriterThreshold: 0, resumeWriterThreshold: 0, useSynchronizationContext: false);

    public override ValueTask<EndPoint?> GetSocketConnectEndpointAsync(EndPoint endpoint, CancellationToken cancellationToken) => default; // no socket

    public override ValueTask<Stream?> BeforeAuthenticateAsync(EndPoint endpoint, ConnectionType connectionType, Socket? socket, CancellationToken cancellationToken)
    {
        if (engine.TryAdd() is not { } session)
            throw new SocketException((int)SocketError.ConnectionRefused);
        var (requests, replies) = (new Pipe(_options), new Pipe(_options));
        _ = session.RunAsync(requests.Reader, replies.Writer);
        return new(new PipeStream(replies.Reader, requests.Writer));
    }
}
