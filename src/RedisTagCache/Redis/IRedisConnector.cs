using System.Net;
using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>Where the connection comes from.</summary>
internal interface IRedisConnector
{
    /// <summary>Whether the multiplexer was made here, and so is disposed here.</summary>
    bool OwnsConnection { get; }

    /// <summary>The addresses that were given, without credentials; none where only a connection was.</summary>
    IReadOnlyCollection<EndPoint> Addresses { get; }

    Task<IConnectionMultiplexer> ConnectAsync();
}
