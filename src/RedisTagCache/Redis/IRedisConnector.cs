using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>Where the connection comes from.</summary>
internal interface IRedisConnector
{
    /// <summary>Whether the multiplexer was made here, and so is disposed here.</summary>
    bool OwnsConnection { get; }

    Task<IConnectionMultiplexer> ConnectAsync();
}
