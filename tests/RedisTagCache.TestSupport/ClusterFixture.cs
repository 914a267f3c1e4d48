using Xunit;

namespace RedisTagCache.TestSupport;

/// <summary>A real cluster of three primaries with a replica each, for tests that do no harm to it. Without redis-server they are skipped.</summary>
public sealed class ClusterFixture : IServed, IAsyncLifetime
{
    private RedisCluster? _cluster;

    public string ConnectionString => RedisServer.OrSkip(_cluster).ConnectionString;

    public async ValueTask InitializeAsync()
    {
        if (!RedisServer.IsMissing)
            _cluster = await RedisCluster.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }
}
