using Xunit;

namespace RedisTagCache.TestSupport;

/// <summary>A real cluster of three primaries with a replica each, for tests that do no harm to it. Without redis-server they are skipped.</summary>
public sealed class ClusterFixture : IServed, IAsyncLifetime
{
    private RedisCluster? _cluster;

    public string ConnectionString => ServerFeatures.OrSkip(_cluster, ServerFeature.Cluster).ConnectionString;

    public async ValueTask InitializeAsync()
    {
        if (RedisServer.IsEmbedded)
            return;
        _cluster = await RedisCluster.StartAsync();
        SharedServers.Add(_cluster.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }
}
