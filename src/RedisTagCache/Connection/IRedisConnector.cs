using System.Net;
using StackExchange.Redis;

namespace RedisTagCache.Connection;

/// <summary>Where the connection comes from.</summary>
internal interface IRedisConnector
{
    /// <summary>Whether the multiplexer was made here, and so is disposed here.</summary>
    bool OwnsConnection { get; }

    /// <summary>The addresses that were given, without credentials; none where only a connection was.</summary>
    IReadOnlyCollection<EndPoint> Addresses { get; }

    Task<IConnectionMultiplexer> ConnectAsync();

    /// <summary>
    /// Connects once more, only to learn why there is no connection: what the client reports later does not always say that the server refused the user.
    /// </summary>
    /// <returns>The reason. <see langword="null"/> if there is a connection, or it is not made here.</returns>
    Task<Exception?> DiagnoseAsync();
}
