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
