using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.Connection;

/// <summary>
/// Sees to it that all instances spread their keys alike. The first one to connect writes the layout to <c>{prefix:layout}</c>: as asked for, else by
/// what the servers are. The others take it over from there, or are refused when they were asked for another one: two layouts share no keys, so that
/// evictions of one would not reach the other.
/// </summary>
internal sealed class LayoutAgreement(string prefix, int? asked, ILogger<LayoutAgreement> logger)
{
    private static readonly Version _firstWithShardedChannels = new(7, 0);

    private readonly RedisKey _key = $"{{{prefix}:layout}}";
    private object? _agreed;

    public string KeyPrefix => prefix;

    /// <summary>Gets how the keys are spread: nothing before the first connection, and unchanged from then on.</summary>
    public PartitionLayout? Agreed => Volatile.Read(ref _agreed) as PartitionLayout?;

    /// <summary>Agrees with the fleet, or looks whether that still holds. Nothing is agreed on when it throws.</summary>
    /// <exception cref="RedisTagCacheUnavailableException">The fleet has another layout, or no server is connected.</exception>
    public async Task ReachAsync(IDatabase database)
    {
        var own = Agreed;
        var proposed = own ?? Propose(database.Multiplexer);
        var text = await ReadAsync(database).ConfigureAwait(false) ?? await WriteAsync(database, proposed).ConfigureAwait(false);
        if ((text is null ? proposed : PartitionLayout.Parse(text)) is not { } agreed)
            throw new RedisTagCacheUnavailableException($"The key '{_key}' in Redis does not contain the number of partitions. Stop all instances, and then delete the key.");
        if ((own is not null && own != agreed) || (asked is { } count && count != agreed.Count))
        {
            throw new RedisTagCacheUnavailableException(
                $"The instances that use the key prefix '{prefix}' spread their keys as '{agreed}', this one as '{proposed}' (partitions). This instance is rejected, because "
                + $"evictions by one would not reach the other. Set {nameof(RedisTagCacheOptions)}.{nameof(RedisTagCacheOptions.Partitions)} alike everywhere, use another "
                + $"{nameof(RedisTagCacheOptions.KeyPrefix)}, or stop all instances and delete the key '{_key}'.");
        }

        if (own is not null)
            return;
        Agree(agreed);
        Log.LayoutAgreed(logger, agreed.Count);
    }

    /// <summary>Decides, once, how the keys are spread.</summary>
    public void Agree(PartitionLayout layout) => Interlocked.CompareExchange(ref _agreed, layout, null);

    /// <summary>Reads what was agreed on. A server that refuses writes is read from all the same.</summary>
    private async Task<string?> ReadAsync(IDatabase database) => await database.StringGetAsync(_key, CommandFlags.DemandMaster).ConfigureAwait(false);

    /// <summary>Writes the layout, unless another instance has been faster, and reads what holds.</summary>
    private async Task<string?> WriteAsync(IDatabase database, PartitionLayout proposed)
    {
        var setting = database.StringSetAsync(_key, proposed.ToString(), Expiration.Default, ValueCondition.NotExists, CommandFlags.DemandMaster);
        var reading = ReadAsync(database);
        await Task.WhenAll(setting, reading).ConfigureAwait(false);
        return await reading.ConfigureAwait(false);
    }

    private PartitionLayout Propose(IConnectionMultiplexer multiplexer)
    {
        IServer[] servers = [.. multiplexer.GetServers().Where(static server => server.IsConnected)];
        if (servers.Length == 0)
            throw new RedisTagCacheUnavailableException("No server is connected.");
        var isCluster = servers.Any(static server => server.ServerType == ServerType.Cluster);
        return new PartitionLayout(
            asked ?? (isCluster ? PartitionLayout.CountOn(CountPrimaries(servers)) : 1),
            isCluster && servers.All(static server => server.Version >= _firstWithShardedChannels));
    }

    /// <summary>The primaries that have slots, as one of the servers tells.</summary>
    private static int CountPrimaries(IServer[] servers) =>
        servers.Select(static server => server.ClusterConfiguration).FirstOrDefault(static told => told is not null)?.Nodes.Count(static node => !node.IsReplica && node.Slots.Count > 0) ?? 0;
}
