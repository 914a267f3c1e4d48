using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace RedisTagCache.TestSupport;

/// <summary>A Redis Cluster of the test's own on loopback ports: primaries, and as many replicas.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private readonly List<RedisServer> _nodes;

    private RedisCluster(List<RedisServer> nodes) => _nodes = nodes;

    public IReadOnlyList<RedisServer> Nodes => _nodes;

    public string ConnectionString => string.Join(',', _nodes.Select(node => node.ConnectionString));

    public static async Task<RedisCluster> StartAsync(int primaries = 3, int replicas = 1)
    {
        var nodes = new List<RedisServer>();
        for (var i = 0; i < primaries * (1 + replicas); i++)
            nodes.Add(await StartNodeAsync());
        var cluster = new RedisCluster(nodes);
        await CliAsync([
            "--cluster", "create", .. nodes.Select(node => node.ConnectionString), "--cluster-replicas", replicas.ToString(CultureInfo.InvariantCulture), "--cluster-yes"]);
        await Eventually.BecomesTrueAsync(cluster.IsWholeAsync, "the cluster is whole", TimeSpan.FromSeconds(30));
        return cluster;
    }

    /// <summary>A connection for the test itself, with administrative commands.</summary>
    public async Task<ConnectionMultiplexer> ConnectAsync() => await ConnectionMultiplexer.ConnectAsync(ConnectionString + ",allowAdmin=true,abortConnect=false");

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }

    /// <summary>Runs redis-cli, and gives what it says.</summary>
    public static async Task<string> CliAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("redis-cli") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"redis-cli {string.Join(' ', arguments)}: {await output}{await error}");
    }

    private static Task<RedisServer> StartNodeAsync() => RedisServer.StartAsync(
        "--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-config-file", "nodes.conf", "--cluster-replica-validity-factor", "0");

    private async Task<bool> IsWholeAsync()
    {
        foreach (var node in _nodes)
        {
            var info = await CliAsync("-p", node.Port.ToString(CultureInfo.InvariantCulture), "cluster", "info");
            if (!info.Contains("cluster_state:ok", StringComparison.Ordinal) || !info.Contains($"cluster_known_nodes:{_nodes.Count}", StringComparison.Ordinal))
                return false;
        }

        return true;
    }
}
