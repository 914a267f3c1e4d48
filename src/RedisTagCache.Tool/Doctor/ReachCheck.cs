using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace RedisTagCache.Tool.Doctor;

/// <summary>Checks whether there is a connection, and if not, why.</summary>
internal static class ReachCheck
{
    private const string Name = "connection";

    /// <summary>Connects. Without a connection, a finding for each server states the cause.</summary>
    public static async Task<ConnectionMultiplexer?> ConnectAsync(ToolSettings settings, List<Finding> findings, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await Connecting.ConnectAsync(settings.Connection, settings.Timeout * 2, cancellationToken);
            findings.Add(new Finding(Name, Level.Ok, $"Connected to {settings.Where}{(settings.Connection.Ssl ? " over TLS" : "")}."));
            return connection;
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
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
            return Error($"{where} rejected the user name or the password.", "Correct user= and password= in the connection string. To list the users, run ACL LIST on the server.");
        if (Has("NOAUTH") || Has("Authentication required"))
            return Error($"{where} requires a password, but the connection string has none.", "Add password= to the connection string, and user= if the server has named users.");
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
            return Error($"This machine cannot resolve the host name of {where}.", "Check the host name in the connection string and the DNS settings of this machine.");
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return Error($"No server listens at {where}.", "Start the server, or correct the host and the port in the connection string. A server that is bound to 127.0.0.1 accepts connections only from its own machine.");
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            return Error($"{where} cannot be reached: {(e is TimeoutException ? "the connection attempt timed out" : e.Message)}.", "Check the address, and whether a firewall or a security rule blocks the connection.");
        }

        if (Has("certificate") || Has("AuthenticationException") || Has("SSL"))
            return Error($"{where} accepts connections, but TLS fails.", "Check that ssl= and the port in the connection string match the server. Then check its certificate and sslHost=.");
        return Error(
            $"{where} accepts connections, but did not respond within {settings.Timeout.TotalSeconds:0.#} s.",
            "If the server expects TLS, add ssl=true. Otherwise the server hangs: check its log, its load, its memory, and whether a long script or a save runs.");

        bool Has(string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

        static Finding Error(string message, string advice) => new(Name, Level.Error, message, advice);
    }
}
