using System.Net;
using StackExchange.Redis;

namespace RedisTagCache.DependencyInjection.Configuration;

/// <summary>Finds problems of a connection string or its parsed form. The result never contains a part of either, because a password may be in any place.</summary>
internal static class ConnectionCheck
{
    /// <summary>What makes a text no host name; those who think of URIs write it.</summary>
    private static readonly System.Buffers.SearchValues<char> _ofUris = System.Buffers.SearchValues.Create("/@?#:\\ ");

    public static string? ProblemOf(string configuration)
    {
        // The client takes a URI for the name of a host, or leaves it out.
        if (configuration.Split(',').Any(static part => !part.Contains('=', StringComparison.Ordinal) && part.Contains("://", StringComparison.Ordinal)))
            return "contains a URI";
        try
        {
            return ProblemOf(ConfigurationOptions.Parse(configuration));
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return "is not a connection string";
        }
    }

    public static string? ProblemOf(ConfigurationOptions options) =>
        options.EndPoints.Count == 0 ? "has no endpoint"
        : options.EndPoints.Any(static endPoint => endPoint is DnsEndPoint dns && dns.Host.AsSpan().ContainsAny(_ofUris)) ? "contains a URI or something else in place of a host"
        : null;
}
