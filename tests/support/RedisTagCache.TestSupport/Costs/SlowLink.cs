using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace RedisTagCache.TestSupport.Costs;

/// <summary>Stands between a client and a server and, once told to, holds each answer back for a fixed time, so that waits for the server can be counted.</summary>
public sealed class SlowLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly EndPoint _server;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;

    private SlowLink(EndPoint server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>How long answers are held back from now on. Answers that come together are held back together.</summary>
    public TimeSpan Delay { get; set; }

    public static SlowLink Start(string connectionString) => new(IPEndPoint.Parse(connectionString));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
            _ = ForwardAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            await server.ConnectAsync((IPEndPoint)_server, _stopping.Token);
            var held = Channel.CreateUnbounded<(long Came, TimeSpan Delay, byte[] Bytes)>();
            await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream(), _stopping.Token), HoldAsync(server.GetStream(), held.Writer), ReleaseAsync(held.Reader, client.GetStream()));
        }
    }

    private async Task HoldAsync(NetworkStream server, ChannelWriter<(long Came, TimeSpan Delay, byte[] Bytes)> held)
    {
        var buffer = new byte[64 * 1024];
        for (int read; (read = await server.ReadAsync(buffer, _stopping.Token)) > 0;)
            await held.WriteAsync((Stopwatch.GetTimestamp(), Delay, buffer[..read]), _stopping.Token);
        held.Complete();
    }

    private async Task ReleaseAsync(ChannelReader<(long Came, TimeSpan Delay, byte[] Bytes)> held, NetworkStream client)
    {
        await foreach (var (came, delay, bytes) in held.ReadAllAsync(_stopping.Token))
        {
            // Timers may be early by some milliseconds: never less than the delay, or a wait would not be counted.
            while (delay - Stopwatch.GetElapsedTime(came) is { Ticks: > 0 } rest)
                await Task.Delay(rest + TimeSpan.FromMilliseconds(1), _stopping.Token);
            await client.WriteAsync(bytes, _stopping.Token);
        }
    }
}
