using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RedisTagCache.Caching.Serialization;
using RedisTagCache.Commands;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Diagnostics.Counters;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.LocalCaching;
using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.LocalCaching;

/// <summary>Copies of values, and what they are judged by.</summary>
internal static class Copies
{
    private static readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private static readonly KeySpace _keys = new("rtc", "build", 1);

    /// <summary>A partition of which nothing is known, which no disturbance of a connection reaches.</summary>
    /// <param name="runner">By what it asks; without one it cannot.</param>
    public static PartitionWatch Watch(RedisRunner? runner = null)
    {
        var meter = new CacheMeter(_services.GetRequiredService<IMeterFactory>(), "default", new CacheStatistics(TimeProvider.System));
        var tagState = new TagState(_keys.Partitions[0], new RedisCommands(runner!), new StoreSettings(TimeSpan.FromDays(1), 1_000), meter, NullLogger<TagState>.Instance);
        return new PartitionWatch(_keys.Partitions[0], tagState, _keys, new RedisCommands(runner!), TimeProvider.System, meter, NullLogger<PartitionWatch>.Instance);
    }

    public static ValueAddress Address(string key, PartitionWatch watch)
    {
        var name = KeySpace.NameOf(key);
        return new ValueAddress(new CacheEntryKey(CacheRegion.Hybrid, key), name, watch, _keys.Locate(CacheRegion.Hybrid, watch.Partition, name));
    }

    public static LocalCopy<string> Of(string key, PartitionWatch watch, int size = 1, long removal = 0, CacheVersion version = default, long unconfirmed = 0, params string[] tags) => new(
        Address(key, watch), version, removal, [.. tags.Select(tag => TagId.Of(tag, nameof(tags)))], default, default, size, key, Encoding.UTF8.GetBytes(key), 0, new StringSerializer())
    {
        Unconfirmed = unconfirmed,
    };
}
