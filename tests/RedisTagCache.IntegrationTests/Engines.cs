using RedisTagCache.Samples;
using RedisTagCache.Testing;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests;

/// <summary>A server and a layout that a contract suite runs against; each test gets a key prefix of its own.</summary>
public interface IEngine
{
    string ConnectionString { get; }

    int Partitions { get; }

    /// <summary>What instances are told of that; nothing where they are to find it out.</summary>
    int? Asked => Partitions;

    IDatabase Database { get; }
}

/// <summary>One partition on a real server: what users have.</summary>
public sealed class StandaloneEngine : IEngine, IAsyncLifetime
{
    private readonly RedisFixture _redis = new();

    /// <summary>Whether it is more than the embedded server, which keeps keys of different types apart.</summary>
    public bool IsRealRedis => _redis.Engine != "embedded";

    public string ConnectionString => _redis.ConnectionString;

    public int Partitions => 1;

    public IDatabase Database => _redis.Database;

    public ValueTask InitializeAsync() => _redis.InitializeAsync();

    public ValueTask DisposeAsync() => _redis.DisposeAsync();
}

/// <summary>Several partitions on a real server, and the earlier protocol of the connection. The others use the client's default, which is RESP3.</summary>
public sealed class PartitionedEngine : IEngine, IAsyncLifetime
{
    private readonly RedisFixture _redis = new();

    public string ConnectionString => _redis.ConnectionString + ",protocol=resp2";

    public int Partitions => 3;

    public IDatabase Database => _redis.Database;

    public ValueTask InitializeAsync() => _redis.InitializeAsync();

    public ValueTask DisposeAsync() => _redis.DisposeAsync();
}

/// <summary>A real cluster of three primaries.</summary>
public sealed class ClusterEngine : IEngine, IAsyncLifetime
{
    private RedisCluster? _cluster;
    private ConnectionMultiplexer? _connection;

    public string ConnectionString => _cluster!.ConnectionString;

    public int Partitions => 12;

    public int? Asked => null;

    public IDatabase Database => _connection!.GetDatabase();

    public async ValueTask InitializeAsync()
    {
        _cluster = await RedisCluster.StartSharedAsync();
        SharedServers.Add(_cluster.ConnectionString);
        _connection = await _cluster.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }
}

/// <summary>The embedded server of the sample.</summary>
public sealed class EmbeddedEngine : IEngine, IAsyncLifetime
{
    private readonly EmbeddedRedis _redis = EmbeddedRedis.Start();
    private ConnectionMultiplexer _connection = null!;

    public string ConnectionString => _redis.ConnectionString;

    public int Partitions => 1;

    public IDatabase Database => _connection.GetDatabase();

    public async ValueTask InitializeAsync()
    {
        SharedServers.Add(ConnectionString);
        _connection = await ConnectionMultiplexer.ConnectAsync(ConnectionString + RedisServer.Patient);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _redis.Dispose();
    }
}

/// <summary>The server of the package for tests.</summary>
public sealed class InMemoryEngine : IEngine, IAsyncLifetime
{
    private readonly InMemoryRedis _redis = new();
    private ConnectionMultiplexer _connection = null!;

    public string ConnectionString { get; private set; } = "";

    public int Partitions => 1;

    public IDatabase Database => _connection.GetDatabase();

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await _redis.ListenAsync();
        SharedServers.Add(ConnectionString);
        _connection = await ConnectionMultiplexer.ConnectAsync(ConnectionString + RedisServer.Patient);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _redis.DisposeAsync();
    }
}
