using RedisTagCache.Testing;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests;

/// <summary>The server of the package for tests.</summary>
public sealed class InMemoryFixture : IServed, IAsyncLifetime
{
    private readonly InMemoryRedis _server = new();

    public string ConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await _server.ListenAsync();
        SharedServers.Add(ConnectionString);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
