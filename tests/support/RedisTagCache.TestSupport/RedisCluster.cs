using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace RedisTagCache.TestSupport;

/// <summary>A Redis Cluster of the test's own on loopback ports: primaries, and as many replicas.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private static readonly ConcurrentQueue<RedisCluster> _idle = [];
    private readonly List<RedisServer> _nodes;
    private bool _isShared;

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
        await Eventually.BecomesTrueAsync(cluster.IsWholeAsync, "the cluster is whole", TimeSpan.FromMinutes(2));
        return cluster;
    }

    /// <summary>
    /// Gets one for tests that do no harm to it: on embedded servers where no redis-server is installed, and then without replicas. The next ones get it
    /// as if it were new, since it takes a cluster a while to be whole.
    /// </summary>
    public static async Task<RedisCluster> StartSharedAsync()
    {
        while (_idle.TryDequeue(out var idle))
        {
            if (await idle.IsResetAsync())
                return idle;
            await idle.EndAsync();
        }

        var cluster = await (RedisServer.IsEmbedded ? StartEmbeddedAsync() : StartAsync());
        cluster._isShared = true;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster._nodes.ForEach(static node => node.End());
        return cluster;
    }

    private async Task<bool> IsResetAsync()
    {
        foreach (var node in _nodes)
        {
            if (!await ServerReset.TryAsync(node.Port))
                return false;
        }

        return true;
    }

    private static async Task<RedisCluster> StartEmbeddedAsync()
    {
        const int primaries = 3, slots = 16_384;
        var cluster = new RedisCluster([]);
        for (var i = 0; i < primaries; i++)
            cluster._nodes.Add(await RedisServer.StartEmbeddedNodeAsync());
        for (var i = 0; i < primaries; i++)
        {
            await using var node = await cluster._nodes[i].ConnectAsync();
            var server = node.GetServers()[0];
            await server.ExecuteAsync("CLUSTER", "SET-CONFIG-EPOCH", i + 1);
            await server.ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", slots * i / primaries, (slots * (i + 1) / primaries) - 1);
        }

        // Each meets each, so that all know all slots without waiting for their gossip.
        await Eventually.BecomesTrueAsync(cluster.HaveAllMetAsync, "the cluster is whole", TimeSpan.FromMinutes(2));
        return cluster;
    }

    private async Task<bool> HaveAllMetAsync()
    {
        var areWhole = true;
        foreach (var node in _nodes)
        {
            await using var connection = await node.ConnectAsync();
            var server = connection.GetServer(node.ConnectionString);
            var known = ((string)(await server.ExecuteAsync("CLUSTER", "NODES"))!).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (known.Count(static line => line.Contains(" connected ", StringComparison.Ordinal) && line.TrimEnd()[^1] is >= '0' and <= '9' && line.Split(' ')[^1].Contains('-', StringComparison.Ordinal)) == _nodes.Count)
                continue;
            areWhole = false;
            foreach (var other in _nodes.Where(other => other != node))
                await server.ExecuteAsync("CLUSTER", "MEET", "127.0.0.1", other.Port);
        }

        return areWhole;
    }

    /// <summary>The node that has a slot now.</summary>
    public async Task<RedisServer> PrimaryOfAsync(int slot)
    {
        foreach (var node in _nodes)
        {
            var line = (await CliAsync(node, "cluster", "nodes")).Split('\n').Single(static line => line.Contains("myself", StringComparison.Ordinal));
            if (line.Split(' ').Skip(8).Where(static range => !range.StartsWith('[')).Select(static range => range.Split('-')).Any(range =>
                slot >= int.Parse(range[0], CultureInfo.InvariantCulture) && slot <= int.Parse(range[^1], CultureInfo.InvariantCulture)))
            {
                return node;
            }
        }

        throw new InvalidOperationException("No node has the slot.");
    }

    /// <summary>Moves slots, with the keys in them, from one primary to another.</summary>
    public static async Task MoveSlotsAsync(RedisServer from, RedisServer to, int slots) => await CliAsync([
        "--cluster", "reshard", from.ConnectionString, "--cluster-from", await IdOfAsync(from), "--cluster-to", await IdOfAsync(to),
        "--cluster-slots", slots.ToString(CultureInfo.InvariantCulture), "--cluster-yes"]);

    /// <summary>Adds an empty primary.</summary>
    public async Task<RedisServer> AddNodeAsync()
    {
        var node = await StartNodeAsync();
        var known = _nodes[0];
        await AgreeAsync(known);
        _nodes.Add(node);
        await CliAsync(["--cluster", "add-node", node.ConnectionString, known.ConnectionString]);
        await Eventually.BecomesTrueAsync(IsWholeAsync, "all nodes know the new one", TimeSpan.FromMinutes(2));
        await AgreeAsync(known);
        return node;
    }

    /// <summary>News of slots that were moved takes its time from node to node.</summary>
    private static async Task AgreeAsync(RedisServer node) => await Eventually.BecomesTrueAsync(
        async () =>
        {
            try
            {
                await CliAsync("--cluster", "check", node.ConnectionString);
                return true;
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        },
        "the nodes agree",
        TimeSpan.FromMinutes(2));

    /// <summary>Runs a command on one node, and gives what it says.</summary>
    public static Task<string> CliAsync(RedisServer node, params string[] command) => CliAsync(["-p", node.Port.ToString(CultureInfo.InvariantCulture), .. command]);

    private static async Task<string> IdOfAsync(RedisServer node) => (await CliAsync(node, "cluster", "myid")).Trim();

    /// <summary>A connection for the test itself, with administrative commands.</summary>
    public async Task<ConnectionMultiplexer> ConnectAsync() => await ConnectionMultiplexer.ConnectAsync(ConnectionString + ",allowAdmin=true,abortConnect=false");

    public async ValueTask DisposeAsync()
    {
        if (_isShared)
            _idle.Enqueue(this);
        else
            await EndAsync();
    }

    private async Task EndAsync()
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
            var info = await CliAsync(node, "cluster", "info");
            if (!info.Contains("cluster_state:ok", StringComparison.Ordinal) || !info.Contains($"cluster_known_nodes:{_nodes.Count}", StringComparison.Ordinal))
                return false;

            // A primary takes a new replication id when its first replica comes, which is a change of server for the cache.
            var replication = await CliAsync(node, "info", "replication");
            if (replication.Contains("role:slave", StringComparison.Ordinal) && !replication.Contains("master_link_status:up", StringComparison.Ordinal))
                return false;
        }

        return true;
    }
}
