using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace RedisTagCache.Tool.Doctor;

/// <summary>Whether there is a connection, and if not, why.</summary>
internal static class ReachCheck
{
    private const string Name = "connection";

    /// <summary>Connects. Without a connection there is a finding of what is in the way for each server.</summary>
    public static async Task<ConnectionMultiplexer?> ConnectAsync(ToolSettings settings, List<Finding> findings, CancellationToken cancellationToken)
    {
        var connecting = ConnectionMultiplexer.ConnectAsync(settings.Connection);
        try
        {
            var connection = await connecting.WaitAsync(settings.Timeout * 2, cancellationToken);
            findings.Add(new Finding(Name, Level.Ok, $"Connected to {settings.Where}{(settings.Connection.Ssl ? " over TLS" : "")}."));
            return connection;
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            _ = connecting.ContinueWith(static late => late.IsCompletedSuccessfully ? late.Result.DisposeAsync().AsTask() : Task.CompletedTask, TaskScheduler.Default);
            foreach (var endPoint in settings.Connection.EndPoints)
                findings.Add(await WhyNotAsync(endPoint, e, settings, cancellationToken));
            return null;
        }
    }

    private static async Task<Finding> WhyNotAsync(EndPoint endPoint, Exception cause, ToolSettings settings, CancellationToken cancellationToken)
    {
        var where = ToolSettings.Format(endPoint);
        var text = cause.ToString();
        if (Has("WRONGPASS") || Has("invalid password") || Has("invalid username-password"))
            return Error($"{where} refuses the user name or the password.", "Set user= and password= in the connection string as the server knows them (ACL LIST there).");
        if (Has("NOAUTH") || Has("Authentication required"))
            return Error($"{where} wants a password, and none is given.", "Add password=, and user= where it has users, to the connection string.");
        try
        {
            using var socket = new TcpClient();
            await (endPoint switch
            {
                DnsEndPoint dns => socket.ConnectAsync(dns.Host, dns.Port, cancellationToken).AsTask(),
                IPEndPoint ip => socket.ConnectAsync(ip, cancellationToken).AsTask(),
                _ => Task.CompletedTask,
            }).WaitAsync(settings.Timeout, cancellationToken);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData)
        {
            return Error($"The name of {where} is not known here.", "Look at the host name in the connection string, and at the name resolution of this machine.");
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return Error($"Nothing listens at {where}.", "Start the server, or mend host and port in the connection string. A server bound to 127.0.0.1 is not reached from elsewhere.");
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            return Error($"{where} cannot be reached: {(e is TimeoutException ? "no answer to the connection attempt" : e.Message)}.", "Look for a firewall, a security rule or a wrong address in between.");
        }

        if (Has("certificate") || Has("AuthenticationException") || Has("SSL"))
            return Error($"{where} accepts connections, and TLS fails.", "Compare ssl= and the port in the connection string with the server; look at its certificate and sslHost=.");
        return Error(
            $"{where} accepts connections and does not answer within {settings.Timeout.TotalSeconds:0.#} s.",
            "The server hangs (stopped, out of memory and swapping, in a long script or save), or it expects TLS: add ssl=true. Look at its log and its load.");

        bool Has(string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

        static Finding Error(string message, string advice) => new(Name, Level.Error, message, advice);
    }
}
