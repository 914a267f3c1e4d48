using System.Net;
using StackExchange.Redis;

namespace RedisTagCache.Connection;

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
