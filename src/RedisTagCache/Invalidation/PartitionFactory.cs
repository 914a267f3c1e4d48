using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using RedisTagCache.Commands;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Invalidation;

/// <summary>Creates all that an instance has of the partitions, in this order: the keys, the circuits, the tag states, the watches.</summary>
internal sealed class PartitionFactory(
    PartitionSettings settings, RedisCircuits circuits, RedisCommands commands, TimeProvider time, CacheMeter meter, ILoggerFactory loggers)
{
    private readonly ILogger<TagState> _tagStateLogger = loggers.CreateLogger<TagState>();
    private readonly ILogger<PartitionWatch> _watchLogger = loggers.CreateLogger<PartitionWatch>();

    /// <param name="layout">How the keys are spread.</param>
    /// <param name="copies">The local copies that receive the changes.</param>
    public PartitionMap Create(PartitionLayout layout, ImmutableArray<ILocalCopies> copies)
    {
        var keys = new KeySpace(settings.KeyPrefix, settings.BuildNamespace, layout);
        circuits.Create(keys.Partitions);
        return new PartitionMap(keys, [.. keys.Partitions.Select(partition => WatchOf(partition, keys, copies))]);
    }

    private PartitionWatch WatchOf(Partition partition, KeySpace keys, ImmutableArray<ILocalCopies> copies)
    {
        var tagState = new TagState(partition, commands, settings.TagState, meter, _tagStateLogger);
        var watch = new PartitionWatch(partition, tagState, keys, commands, time, meter, _watchLogger);
        foreach (var attached in copies)
            watch.Attach(attached);
        return watch;
    }
}

/// <summary>What partitions are created by.</summary>
/// <param name="KeyPrefix">The first part of every key.</param>
/// <param name="BuildNamespace">This build, as it stands in keys.</param>
/// <param name="TagState">For their tag states.</param>
internal sealed record PartitionSettings(string KeyPrefix, string BuildNamespace, StoreSettings TagState);
