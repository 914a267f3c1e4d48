using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RedisTagCache.TestSupport;

/// <summary>
/// An embedded server that a test has neither hung nor killed, and that the next test gets as if it were new. To start one takes two seconds of a
/// processor, so that hundreds of them would take most of the time of a run.
/// </summary>
internal sealed record IdleServer(Process Process, LoopbackPort Port)
{
    private static readonly ConcurrentBag<IdleServer> _idle = [];

    /// <summary>Makes the server available. It ends with this process if nobody takes it.</summary>
    public void Give() => _idle.Add(this);

    /// <summary>Takes a server that is as it was when it was started; returns null if there is none.</summary>
    public static async Task<IdleServer?> TakeAsync()
    {
        while (_idle.TryTake(out var server))
        {
            if (!server.Process.HasExited && await server.IsResetAsync())
                return server;
            server.End();
        }

        return null;
    }

    private void End()
    {
        Process.Kill();
        Process.Dispose();
        Port.Dispose();
    }

    /// <summary>Removes keys and scripts, unless the server has users of a test's own, or a client that may still write.</summary>
    private async Task<bool> IsResetAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port.Number);
            var stream = client.GetStream();
            return Lines(await AskAsync(stream, "ACL", "LIST")) is [_, _, "user default on nopass +@all"]
                && Lines(await AskAsync(stream, "CLIENT", "LIST")).Count(static line => line.StartsWith("id=", StringComparison.Ordinal)) == 1
                && await AskAsync(stream, "FLUSHALL") == "+OK\r\n"
                && await AskAsync(stream, "SCRIPT", "FLUSH") == "+OK\r\n";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }

    private static string[] Lines(string reply) => reply.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Sends a command; returns its reply, which is short enough to come at once.</summary>
    private static async Task<string> AskAsync(NetworkStream stream, params string[] command)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"*{command.Length}\r\n" + string.Concat(command.Select(static part => $"${part.Length}\r\n{part}\r\n"))));
        var reply = new byte[16_384];
        return Encoding.ASCII.GetString(reply, 0, await stream.ReadAsync(reply));
    }
}
