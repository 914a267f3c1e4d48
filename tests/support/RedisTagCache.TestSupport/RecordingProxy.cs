using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RedisTagCache.TestSupport;

/// <summary>Stands between a client and a server, and writes down what the client sends, connection by connection.</summary>
public sealed class RecordingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _serverPort;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Task> _running = [];
    private readonly ConcurrentDictionary<int, MemoryStream> _sent = new();
    private int _connections;

    private RecordingProxy(int serverPort) => _serverPort = serverPort;

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public static RecordingProxy Start(int serverPort)
    {
        var proxy = new RecordingProxy(serverPort);
        proxy._listener.Start();
        proxy._running.Add(proxy.AcceptAsync());
        return proxy;
    }

    /// <summary>What was sent during an action, on the connection on which the most was.</summary>
    public async Task<byte[]> RecordAsync(Func<Task> action)
    {
        var before = _sent.ToDictionary(connection => connection.Key, connection => Length(connection.Value));
        await action();
        return _sent.Select(connection => Since(connection.Value, before.GetValueOrDefault(connection.Key))).MaxBy(bytes => bytes.Length)!;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stopping.Dispose();
    }

    private static long Length(MemoryStream sent)
    {
        lock (sent)
            return sent.Length;
    }

    private static byte[] Since(MemoryStream sent, long from)
    {
        lock (sent)
            return sent.ToArray()[(int)from..];
    }

    private async Task AcceptAsync()
    {
        while (true)
            _running.Add(ForwardAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            await server.ConnectAsync(IPAddress.Loopback, _serverPort, _stopping.Token);
            var sent = _sent.GetOrAdd(Interlocked.Increment(ref _connections), static _ => new MemoryStream());
            await Task.WhenAny(CopyAsync(client.GetStream(), server.GetStream(), sent), CopyAsync(server.GetStream(), client.GetStream(), null));
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, MemoryStream? record)
    {
        var buffer = new byte[64 * 1024];
        for (int read; (read = await from.ReadAsync(buffer, _stopping.Token)) > 0;)
        {
            if (record is not null)
            {
                lock (record)
                    record.Write(buffer, 0, read);
            }

            await to.WriteAsync(buffer.AsMemory(0, read), _stopping.Token);
        }
    }
}
