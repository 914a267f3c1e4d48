using System.Net;
using StackExchange.Redis;

namespace RedisTagCache.Redis;

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

    /// <summary>That of the server that has a key, as far as the client knows.</summary>
    public static string? Of(IConnectionMultiplexer? multiplexer, RedisKey key)
    {
        try
        {
            return multiplexer?.GetServer(key, flags: CommandFlags.DemandMaster).EndPoint is { } endPoint ? Format(endPoint) : null;
        }
        catch (Exception e) when (e is RedisException or RedisCommandException or NotSupportedException or ObjectDisposedException or ArgumentException)
        {
            return null; // without a connection there may be none
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
