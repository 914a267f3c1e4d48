using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RedisTagCache.Benchmarks.Http;

/// <summary>One connection that stays open. It does the least that a client can, to leave the machine to the server. One request at a time.</summary>
internal sealed class KeepAliveClient : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[128 * 1_024];

    public async Task ConnectAsync(int port) => await _socket.ConnectAsync(IPAddress.Loopback, port);

    /// <returns>Whether it came from the cache.</returns>
    public async ValueTask<bool> GetAsync(ReadOnlyMemory<byte> request)
    {
        await _socket.SendAsync(request);
        var received = 0;
        var wanted = int.MaxValue;
        var isHit = false;
        while (received < wanted)
        {
            var count = await _socket.ReceiveAsync(_buffer.AsMemory(received));
            if (count == 0)
                throw new InvalidOperationException("The server closed the connection.");
            received += count;
            if (wanted == int.MaxValue)
                (wanted, isHit) = Head(_buffer.AsSpan(0, received));
        }

        return isHit;
    }

    /// <summary>Host and port are part of the key of a page, so that all clients say the same.</summary>
    public static byte[] Request(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: example.org\r\n\r\n");

    public void Dispose() => _socket.Dispose();

    private static (int Wanted, bool IsHit) Head(ReadOnlySpan<byte> received)
    {
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return (int.MaxValue, false);
        var head = received[..end];
        var length = head.IndexOf("Content-Length: "u8);
        if (!head.StartsWith("HTTP/1.1 200"u8) || length < 0)
            throw new InvalidOperationException(Encoding.ASCII.GetString(head));
        var digits = head[(length + "Content-Length: ".Length)..];
        var line = digits.IndexOf((byte)'\r');
        return (end + 4 + int.Parse(line < 0 ? digits : digits[..line], CultureInfo.InvariantCulture), head.IndexOf("\nAge: "u8) >= 0);
    }
}
