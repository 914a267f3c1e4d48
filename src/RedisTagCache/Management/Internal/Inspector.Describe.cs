using RedisTagCache.Topology;

namespace RedisTagCache.Management.Internal;

internal sealed partial class Inspector
{
    /// <inheritdoc/>
    public async Task<CacheDescription> DescribeAsync(CancellationToken cancellationToken = default)
    {
        var database = await _commands.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var servers = await Task.WhenAll(database.Multiplexer.GetServers().Select(server => _servers.DescribeAsync(server, cancellationToken))).ConfigureAwait(false);
        var ahead = servers.FirstOrDefault(static server => server is { IsAnswering: true, IsReplica: false })?.ClockAhead ?? TimeSpan.Zero;
        var partitions = await Task.WhenAll(_partitions.Known().Keys.Partitions.Select(partition => DescribeAsync(partition, ahead, cancellationToken))).ConfigureAwait(false);
        return new CacheDescription
        {
            KeyPrefix = _settings.KeyPrefix,
            BuildNamespace = _settings.BuildNamespace,
            BuildNamespaceSource = _settings.BuildNamespaceSource,
            Topology = ServerLook.TopologyOf(database),
            RoundTrip = await _servers.MeasureAsync(database, cancellationToken).ConfigureAwait(false),
            Servers = [.. servers.OrderBy(static server => server.IsReplica).ThenBy(static server => server.EndPoint, StringComparer.Ordinal)],
            Partitions = partitions,
        };
    }

    private async Task<CachePartitionInfo> DescribeAsync(Partition partition, TimeSpan serverAhead, CancellationToken cancellationToken)
    {
        var info = new CachePartitionInfo { Number = partition.Index, HashTag = partition.HashTag };
        try
        {
            var stamp = (await _commands.StampsAsync([partition], cancellationToken).ConfigureAwait(false))[0];
            var (count, floor) = await _commands.TagInvalidationsAsync(partition, cancellationToken).ConfigureAwait(false);
            var reached = floor is { } epoch ? EpochStamp.TimeOf(epoch) : (DateTimeOffset?)null;
            var age = _time.GetUtcNow() + serverAhead - reached;
            return info with
            {
                Epoch = stamp?.Epoch,
                Generation = stamp?.Generation.ToString("x16", null),
                TagInvalidations = count,
                Floor = floor,
                FloorAge = age < TimeSpan.Zero ? TimeSpan.Zero : age,
            };
        }
        catch (RedisTagCacheUnavailableException)
        {
            return info; // its server is described as not answering
        }
    }
}
