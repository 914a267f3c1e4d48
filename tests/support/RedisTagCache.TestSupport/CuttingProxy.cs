using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RedisTagCache.TestSupport;

/// <summary>
/// Stands between a client and a server. Armed, it lets so many more bytes of the client through, to the byte, and then cuts the connection: the
/// server gets exactly these and answers to nobody. Later connections pass.
/// </summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private const long Never = long.MaxValue;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly EndPoint _server;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly Task _accepting;
    private long _left = Never;
    private long _passed;
    private TaskCompletionSource _cut = NewSignal();

    private CuttingProxy(EndPoint server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>The bytes of clients that have passed.</summary>
    public long Passed => Interlocked.Read(ref _passed);

    /// <param name="connectionString">The server, as host and port.</param>
    public static CuttingProxy Start(string connectionString) => new(IPEndPoint.Parse(connectionString));

    /// <summary>Lets so many bytes of clients through from now on. The task completes when there is a cut, and the server has got what it was to get.</summary>
    public Task Arm(long bytes)
    {
        lock (_lock)
        {
            _left = bytes;
            _cut = NewSignal();
            return _cut.Task;
        }
    }

    public void Disarm()
    {
        lock (_lock)
            _left = Never;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ForwardAsync(await _listener.AcceptSocketAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // disposed
        }
    }

    private async Task ForwardAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        TaskCompletionSource? cut = null;
        using (client)
        {
            try
            {
                await server.ConnectAsync(_server, _stopping.Token);
                using var answering = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
                var receiving = ReceiveAsync(server, client, answering.Token);
                var sending = SendAsync(client, server, answering, taken => cut = taken);
                if (await Task.WhenAny(sending, receiving) == receiving)
                    client.Close(0);
                await sending;
                await receiving; // the server answers to the end with an end of its own: it has got all that it was to get
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // one of them has gone, and with it the rest of what was to be let through
            }
        }

        cut?.SetResult();
    }

    /// <summary>Ends when the client has gone, or is to go.</summary>
    private async Task SendAsync(Socket client, Socket server, CancellationTokenSource answering, Action<TaskCompletionSource> take)
    {
        var buffer = new byte[64 * 1024];
        TaskCompletionSource? cut = null;
        while (cut is null && await client.ReceiveAsync(buffer, _stopping.Token) is var read and > 0)
        {
            var may = Take(read, out cut);
            if (cut is not null)
            {
                take(cut); // also if the server has gone
                await answering.CancelAsync(); // before the server can answer
            }

            for (var sent = 0; sent < may;)
                sent += await server.SendAsync(buffer.AsMemory(sent, may - sent), _stopping.Token);
        }

        server.Shutdown(SocketShutdown.Send);
    }

    private async Task ReceiveAsync(Socket server, Socket client, CancellationToken answering)
    {
        var buffer = new byte[64 * 1024];
        while (await server.ReceiveAsync(buffer, _stopping.Token) is var read and > 0)
        {
            for (var sent = 0; sent < read && !answering.IsCancellationRequested;)
                sent += await client.SendAsync(buffer.AsMemory(sent, read - sent), _stopping.Token);
        }
    }

    private int Take(int read, out TaskCompletionSource? cut)
    {
        lock (_lock)
        {
            cut = null;
            var may = (int)Math.Min(read, _left);
            if (_left != Never)
                _left -= may;
            if (_left == 0)
            {
                cut = _cut;
                _left = Never;
            }

            Interlocked.Add(ref _passed, may);
            return may;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
