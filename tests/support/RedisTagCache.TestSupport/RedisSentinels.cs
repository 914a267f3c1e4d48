using System.Globalization;

namespace RedisTagCache.TestSupport;

/// <summary>A primary with two replicas, and three sentinels that watch over them, on loopback ports.</summary>
public sealed class RedisSentinels : IAsyncDisposable
{
    private const string Service = "cache";
    private readonly List<RedisServer> _servers = [];
    private readonly List<RedisServer> _sentinels = [];

    private RedisSentinels()
    {
    }

    public string ConnectionString => string.Join(',', _sentinels.Select(sentinel => sentinel.ConnectionString)) + ",serviceName=" + Service;

    public static async Task<RedisSentinels> StartAsync()
    {
        var trio = new RedisSentinels();
        var primary = await RedisServer.StartAsync("--repl-diskless-sync-delay", "0");
        trio._servers.Add(primary);
        for (var i = 0; i < 2; i++)
            trio._servers.Add(await RedisServer.StartAsync("--replicaof", "127.0.0.1", Text(primary.Port), "--repl-diskless-sync-delay", "0"));
        for (var i = 0; i < 3; i++)
            trio._sentinels.Add(await RedisServer.StartSentinelAsync());
        foreach (var sentinel in trio._sentinels)
        {
            await RedisCluster.CliAsync(sentinel, "sentinel", "monitor", Service, "127.0.0.1", Text(primary.Port), "2");
            await RedisCluster.CliAsync(sentinel, "sentinel", "set", Service, "down-after-milliseconds", "1000");
            await RedisCluster.CliAsync(sentinel, "sentinel", "set", Service, "failover-timeout", "3000");
        }

        await Eventually.BecomesTrueAsync(trio.IsWholeAsync, "the sentinels know each other and both replicas", TimeSpan.FromSeconds(30));
        return trio;
    }

    /// <summary>The server that the sentinels take for the primary now.</summary>
    public async Task<RedisServer> PrimaryAsync()
    {
        var answer = (await RedisCluster.CliAsync(_sentinels[0], "sentinel", "get-master-addr-by-name", Service)).Split('\n', StringSplitOptions.TrimEntries);
        return _servers.Single(server => Text(server.Port) == answer[1]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _sentinels.Concat(_servers))
            await server.DisposeAsync();
    }

    private async Task<bool> IsWholeAsync()
    {
        foreach (var sentinel in _sentinels)
        {
            var info = await RedisCluster.CliAsync(sentinel, "info", "sentinel");
            if (!info.Contains("status=ok", StringComparison.Ordinal) || !info.Contains("slaves=2,sentinels=3", StringComparison.Ordinal))
                return false;
        }

        foreach (var replica in _servers.Skip(1))
        {
            if (!(await RedisCluster.CliAsync(replica, "info", "replication")).Contains("master_link_status:up", StringComparison.Ordinal))
                return false;
        }

        return true;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
