using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RedisTagCache.TestSupport.Costs;

/// <summary>Stands between a client and a server, counts the bytes of answers and, once told to, lets only so many through in a second.</summary>
public sealed class ThrottledLink : IAsyncDisposable
{
    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(10);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly EndPoint _server;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private long _answered;

    private ThrottledLink(EndPoint server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>How many bytes of answers pass in a second, at most; zero for no limit.</summary>
    public long BytesPerSecond { get; set; }

    /// <summary>How many bytes of answers have passed.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    public static ThrottledLink Start(string connectionString) => new(IPEndPoint.Parse(connectionString));

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
        using var server = new TcpClient { NoDelay = true, ReceiveBufferSize = 64 * 1024 };
        using (client)
        {
            client.NoDelay = true;
            client.SendBufferSize = 64 * 1024;
            await server.ConnectAsync((IPEndPoint)_server, _stopping.Token);
            await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream(), _stopping.Token), AnswerAsync(server.GetStream(), client.GetStream()));
        }
    }

    private async Task AnswerAsync(NetworkStream server, NetworkStream client)
    {
        var buffer = new byte[64 * 1024];
        var start = 0L;
        var passed = 0L;
        for (int read; (read = await server.ReadAsync(buffer, _stopping.Token)) > 0;)
        {
            await client.WriteAsync(buffer.AsMemory(0, read), _stopping.Token);
            Interlocked.Add(ref _answered, read);
            if (BytesPerSecond is not (> 0 and var most))
                continue;

            // What was not used in a second that has passed is not made up for.
            if (start == 0 || Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds((passed / (double)most) + 1))
                (start, passed) = (Stopwatch.GetTimestamp(), 0);
            passed += read;
            while (TimeSpan.FromSeconds(passed / (double)most) - Stopwatch.GetElapsedTime(start) is var early && early > _step)
                await Task.Delay(early, _stopping.Token);
        }
    }
}
