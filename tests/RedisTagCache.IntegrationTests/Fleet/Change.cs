using Microsoft.Extensions.Caching.Hybrid;

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

    /// <summary>Whether it gives a value, and from a copy of its own.</summary>
    public static async Task<bool> HasCopyAsync(this ITagCache cache, string key, string value) =>
        await cache.ReadAsync(key) == value && await cache.ReadAsync(key, OwnCopies) == value;
}
