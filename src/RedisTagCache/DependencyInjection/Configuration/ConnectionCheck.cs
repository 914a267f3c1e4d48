using System.Net;
using StackExchange.Redis;

namespace RedisTagCache.DependencyInjection.Configuration;

/// <summary>Finds problems of a connection string or its parsed form. The result never contains a part of either, because a password may be in any place.</summary>
internal static class ConnectionCheck
{
    /// <summary>What makes a text no host name; those who think of URIs write it.</summary>
    private static readonly System.Buffers.SearchValues<char> _ofUris = System.Buffers.SearchValues.Create("/@?#:\\ ");

    /// <summary>What errors say of a name that <see cref="IsLikely"/> finds. They do not repeat it.</summary>
    public const string InPlaceOfName = "but looks like a connection string, which is not repeated here because it may contain a password";

    /// <summary>Returns whether a text that should be a name is probably a connection string, or the URI of a server.</summary>
    public static bool IsLikely(string? text) => text is not null && (text.AsSpan().ContainsAny(',', '=') || text.Contains("://", StringComparison.Ordinal));

    /// <summary>Refuses a connection string in place of the name of a health check, which is shown and logged.</summary>
    public static void CheckHealthCheck(string? name)
    {
        if (IsLikely(name))
            throw new ArgumentException($"The name of a health check must be a name, {InPlaceOfName}. Set {nameof(RedisTagCacheOptions)}.{nameof(RedisTagCacheOptions.Configuration)} to a connection string.", nameof(name));
    }

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
