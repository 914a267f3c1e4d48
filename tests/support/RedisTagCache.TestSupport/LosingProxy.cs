using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RedisTagCache.TestSupport;

/// <summary>Stands between clients and a server, and can lose the connections that it has: they stay open, and nothing arrives on them any more. Later ones pass.</summary>
public sealed class LosingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _serverPort;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Task> _running = [];
    private int _generation;
    private int _accepted;
    private int _open;

    private LosingProxy(int serverPort) => _serverPort = serverPort;

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Gets the number of connections so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Gets the number of connections that clients have not closed.</summary>
    public int Open => Volatile.Read(ref _open);

    public static LosingProxy Start(int serverPort)
    {
        var proxy = new LosingProxy(serverPort);
        proxy._listener.Start();
        proxy._running.Add(proxy.AcceptAsync());
        return proxy;
    }

    /// <summary>Loses all connections of now.</summary>
    public void LoseAll() => Interlocked.Increment(ref _generation);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
            Interlocked.Increment(ref _accepted);
            Interlocked.Increment(ref _open);
            _running.Add(ForwardAsync(client, Volatile.Read(ref _generation)));
        }
    }

    private async Task ForwardAsync(TcpClient client, int generation)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _serverPort, _stopping.Token);
                var answering = CopyAsync(server.GetStream(), client.GetStream(), generation);
                await CopyAsync(client.GetStream(), server.GetStream(), generation);
                server.Close();
                await answering;
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // one of them has gone
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
        }
    }

    /// <summary>Ends when the one that sends has closed the connection, also a lost one.</summary>
    private async Task CopyAsync(NetworkStream from, NetworkStream to, int generation)
    {
        var buffer = new byte[64 * 1024];
        for (int read; (read = await from.ReadAsync(buffer, _stopping.Token)) > 0;)
        {
            if (Volatile.Read(ref _generation) == generation)
                await to.WriteAsync(buffer.AsMemory(0, read), _stopping.Token);
        }
    }
}
