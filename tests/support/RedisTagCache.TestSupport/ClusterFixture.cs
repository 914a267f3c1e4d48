using Xunit;

namespace RedisTagCache.TestSupport;

/// <summary>A real cluster of three primaries, for tests that do no harm to it.</summary>
public sealed class ClusterFixture : IServed, IAsyncLifetime
{
    private RedisCluster? _cluster;

    public string ConnectionString => _cluster!.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        _cluster = await RedisCluster.StartSharedAsync();
        SharedServers.Add(_cluster.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }
}
