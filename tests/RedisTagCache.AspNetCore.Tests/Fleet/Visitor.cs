using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>A client with one open connection and nothing else: hundreds of them at once cost the machine little, so that what is measured are the answers.</summary>
internal sealed class Visitor : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _answer = new byte[4_096];

    public static async Task<Visitor> ConnectAsync(Uri address)
    {
        var visitor = new Visitor();
        await visitor._socket.ConnectAsync(IPAddress.Parse(address.Host), address.Port);
        return visitor;
    }

    /// <summary>Sends the request before it returns.</summary>
    public async Task<Visit> VisitAsync(string path, string method = "GET", string headers = "")
    {
        var request = Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: pages.example\r\n{headers}\r\n");
        var startedAt = Stopwatch.GetTimestamp();
        var length = 0;
        try
        {
            await _socket.SendAsync(request);
            while (!IsWhole(_answer.AsSpan(0, length), method))
            {
                var read = await _socket.ReceiveAsync(_answer.AsMemory(length));
                if (read == 0)
                    return new Visit(0, "", "", Stopwatch.GetElapsedTime(startedAt));
                length += read;
            }
        }
        catch (SocketException)
        {
            return new Visit(0, "", "", Stopwatch.GetElapsedTime(startedAt));
        }

        var took = Stopwatch.GetElapsedTime(startedAt);
        var text = Encoding.ASCII.GetString(_answer, 0, length).Split("\r\n\r\n", 2);
        return new Visit(int.Parse(text[0].AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture), text[0], text[1], took);
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer, string method)
    {
        var body = answer.IndexOf("\r\n\r\n"u8) + 4;
        if (body < 4)
            return false;
        var header = "Content-Length: "u8;
        var at = answer[..body].IndexOf(header);
        Assert.True(at >= 0, "Responses tell their lengths: " + Encoding.ASCII.GetString(answer));
        var value = answer[(at + header.Length)..];
        return method == "HEAD" || answer.Length - body == int.Parse(value[..value.IndexOf("\r\n"u8)], CultureInfo.InvariantCulture);
    }
}
