using System.Net;
using StackExchange.Redis;

namespace RedisTagCache.Connection;

/// <summary>Where the connection comes from.</summary>
internal interface IRedisConnector
{
    /// <summary>The addresses that were given, without credentials; none where only a connection was.</summary>
    IReadOnlyCollection<EndPoint> Addresses { get; }

    Task<IConnectionMultiplexer> ConnectAsync();

    /// <summary>Gives a connection back.</summary>
    /// <returns>Whether it was made here and nobody else uses it, so that the caller disposes it.</returns>
    bool Return(IConnectionMultiplexer multiplexer);

    /// <summary>Makes another connection in place of one that does not respond.</summary>
    /// <param name="stuck">The connection. It stays the caller's, who returns it.</param>
    /// <param name="ask">Asks the server. Its failure means that the new connection is no better.</param>
    /// <returns>A connection on which the server responds. <see langword="null"/> if there is none, or if the connection was not made here.</returns>
    Task<IConnectionMultiplexer?> ReplaceAsync(IConnectionMultiplexer stuck, Func<IConnectionMultiplexer, Task> ask);

    /// <summary>
    /// Connects once more, only to learn why there is no connection: what the client reports later does not always say that the server refused the user.
    /// </summary>
    /// <returns>The reason. <see langword="null"/> if there is a connection, or it is not made here.</returns>
    Task<Exception?> DiagnoseAsync();
}

/// <summary>Addresses of servers, for log lines.</summary>
internal static class Addresses
{
    /// <summary>Those that were given; else those that a connection knows.</summary>
    public static string Of(IConnectionMultiplexer? multiplexer, IReadOnlyCollection<EndPoint> given)
    {
        if (given.Count == 0 && multiplexer is not null)
            given = multiplexer.GetEndPoints(configuredOnly: true);
        return given.Count == 0 ? "the server of the given connection" : string.Join(", ", given.Select(Format));
    }

    /// <summary>Gets the address of the server that has a key, as far as the client knows. It knows none while no server is connected.</summary>
    public static string? Of(IConnectionMultiplexer? multiplexer, RedisKey key)
    {
        try
        {
            return multiplexer?.GetServer(key, flags: CommandFlags.DemandMaster)?.EndPoint is { } endPoint ? Format(endPoint) : null;
        }
#pragma warning disable CA1031 // The line about an outage is written all the same, with the addresses that were configured.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    public static string Format(EndPoint? endPoint) => endPoint switch
    {
        DnsEndPoint { Port: 0 } dns => dns.Host,
        DnsEndPoint dns => $"{dns.Host}:{dns.Port}",
        null => "an unknown server",
        var other => other.ToString() ?? "",
    };
}
