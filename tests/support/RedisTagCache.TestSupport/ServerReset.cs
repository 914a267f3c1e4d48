using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RedisTagCache.TestSupport;

/// <summary>Makes a server that tests have not harmed as it was when it was started.</summary>
internal static class ServerReset
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    /// <summary>Removes keys and scripts. Returns false if the server has users of a test's own, or a client that may still write and does not go.</summary>
    public static async Task<bool> TryAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            var stream = client.GetStream();
            return Lines(await AskAsync(stream, "ACL", "LIST")) is [_, _, var user] && user.StartsWith("user default on nopass ", StringComparison.Ordinal)
                && await IsAloneAsync(stream)
                && await AskAsync(stream, "FLUSHALL") is "+OK\r\n" or ['-', 'R', 'E', 'A', 'D', 'O', 'N', 'L', 'Y', ..]
                && await AskAsync(stream, "SCRIPT", "FLUSH") == "+OK\r\n";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }

    /// <summary>A server notices only after a moment that clients have gone.</summary>
    private static async Task<bool> IsAloneAsync(NetworkStream stream)
    {
        try
        {
            await Eventually.BecomesTrueAsync(async () => Lines(await AskAsync(stream, "CLIENT", "LIST")).Count(IsClient) == 1, "the clients have gone", _patience);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static string[] Lines(string reply) => reply.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether a line is about a client, and not about the other end of a replication.</summary>
    private static bool IsClient(string line) =>
        line.StartsWith("id=", StringComparison.Ordinal) && !line.Contains(" flags=S", StringComparison.Ordinal) && !line.Contains(" flags=M", StringComparison.Ordinal);

    /// <summary>Sends a command; returns its reply, which is short enough to come at once.</summary>
    private static async Task<string> AskAsync(NetworkStream stream, params string[] command)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"*{command.Length}\r\n" + string.Concat(command.Select(static part => $"${part.Length}\r\n{part}\r\n"))));
        var reply = new byte[16_384];
        return Encoding.ASCII.GetString(reply, 0, await stream.ReadAsync(reply));
    }
}
