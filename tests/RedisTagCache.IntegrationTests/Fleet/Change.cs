using System.Diagnostics;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Worker;

namespace RedisTagCache.IntegrationTests.Fleet;

/// <summary>What one instance does to a value of which another has a copy.</summary>
public enum Change
{
    Evict,
    Remove,
    Overwrite,
}

internal static class ChangeExtensions
{
    /// <summary>Reads an instance's own copies alone.</summary>
    public static CachePolicy OwnCopies { get; } = new() { Flags = HybridCacheEntryFlags.DisableDistributedCache };

    /// <summary>Changes a value that carries its key as a tag.</summary>
    public static ValueTask ChangeAsync(this ITagCache cache, Change change, string key) => change switch
    {
        Change.Evict => cache.EvictByTagAsync(key),
        Change.Remove => cache.RemoveAsync(key),
        _ => cache.SetAsync(key, "new", tags: [key]),
    };

    /// <summary>The value, or null.</summary>
    public static async Task<string?> ReadAsync(this ITagCache cache, string key, CachePolicy? policy = null) => (await cache.TryGetAsync<string>(key, policy)).Value;

    /// <summary>Reads as applications do, who compute what is not there, until that has left a copy.</summary>
    public static async Task CopyAsync(this ITagCache cache, string key, string value)
    {
        var start = Stopwatch.GetTimestamp();
        while (await cache.GetOrCreateAsync(key, static (_, _) => ValueTask.FromResult("was not there")) != value || await cache.ReadAsync(key, OwnCopies) != value)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10), "A read leaves a copy.");
            await Often.PauseAsync(start);
        }
    }
}
