using StackExchange.Redis;
using Testcontainers.Redis;
using Xunit;

namespace RedisTagCache.TestSupport;

/// <summary>
/// The server of tests that do no harm to it: a redis-server where one is installed, else the one at REDISTAGCACHE_TEST_REDIS, else a container,
/// else the embedded one in a process of its own. With REDISTAGCACHE_REQUIRE_REDIS set, the embedded one is a failure.
/// </summary>
public sealed class RedisFixture : IServed, IAsyncLifetime
{
    private static bool _hasNoContainers;
    private readonly List<IAsyncDisposable> _owned = [];

    public static bool IsRealRedisRequired => Environment.GetEnvironmentVariable("REDISTAGCACHE_REQUIRE_REDIS") is { Length: > 0 };

    /// <summary>What the tests ran against.</summary>
    public string Engine { get; private set; } = "";

    public string ConnectionString { get; private set; } = "";

    public ConnectionMultiplexer Connection { get; private set; } = null!;

    public IDatabase Database => Connection.GetDatabase();

    public async ValueTask InitializeAsync()
    {
        (Engine, ConnectionString) = await ChooseAsync();
        SharedServers.Add(ConnectionString);
        Connection = await ConnectionMultiplexer.ConnectAsync(ConnectionString + ",allowAdmin=true" + RedisServer.Patient);
        _owned.Insert(0, Connection);
    }

    private async Task<(string Engine, string ConnectionString)> ChooseAsync()
    {
        if (RedisServer.IsInstalled)
        {
            var server = await RedisServer.StartAsync();
            _owned.Add(server);
            return ("redis-server", server.ConnectionString);
        }

        if (Environment.GetEnvironmentVariable("REDISTAGCACHE_TEST_REDIS") is { Length: > 0 } address)
            return ("given", address);

        try
        {
            if (_hasNoContainers)
                return await StartEmbeddedAsync();
            var container = new RedisBuilder("redis:7.0").Build();
            await container.StartAsync();
            _owned.Add(container);
            return ("container", container.GetConnectionString());
        }
        catch (Exception) when (!IsRealRedisRequired)
        {
            _hasNoContainers = true;
            return await StartEmbeddedAsync();
        }
    }

    private async Task<(string Engine, string ConnectionString)> StartEmbeddedAsync()
    {
        var server = await RedisServer.StartAsync();
        _owned.Add(server);
        return ("embedded", server.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in _owned)
            await owned.DisposeAsync();
    }
}
