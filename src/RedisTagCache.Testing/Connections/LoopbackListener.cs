using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using RedisTagCache.Testing.Engine;

namespace RedisTagCache.Testing.Connections;

/// <summary>Accepts connections of other processes on a free port of this machine.</summary>
internal sealed class LoopbackListener : IDisposable
{
    private readonly RedisEngine _engine;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public LoopbackListener(RedisEngine engine)
    {
        _engine = engine;
        _listener.Start();
        using (ExecutionContext.SuppressFlow())
            _ = Task.Run(AcceptAsync);
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync().ConfigureAwait(false));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // it was closed
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        socket.NoDelay = true;
        var stream = new NetworkStream(socket, ownsSocket: true);
        await using (stream.ConfigureAwait(false))
        {
            if (_engine.TryAdd() is { } session)
                await session.RunAsync(PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 65536, leaveOpen: true)), PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true))).ConfigureAwait(false);
        }
    }
}
