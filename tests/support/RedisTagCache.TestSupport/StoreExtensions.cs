using System.Buffers;
using System.Text;

namespace RedisTagCache.TestSupport;

/// <summary>Short forms of what tests do all the time.</summary>
public static class StoreExtensions
{
    public static CacheRegion Pages { get; } = new("pages", isTagged: true, isIsolatedByBuild: true);

    public static CacheEntryKey Page(string key) => new(Pages, key);

    public static async Task<string?> ReadAsync(this ITagCacheStore store, string key)
    {
        using var lookup = await store.GetAsync(Page(key));
        return lookup.HasValue ? Encoding.UTF8.GetString(lookup.Payload.Span) : null;
    }

    /// <summary>Writes as a value that was started just now, after a lookup of its own.</summary>
    public static async Task<CacheWriteOutcome> WriteAsync(this ITagCacheStore store, string key, string value, params string[] tags)
    {
        using var lookup = await store.GetAsync(Page(key));
        return await store.WriteAsync(key, value, lookup.Version, tags);
    }

    public static async Task<CacheWriteOutcome> WriteAsync(this ITagCacheStore store, string key, string value, CacheVersion version, params string[] tags) =>
        await store.SetAsync(
            Page(key),
            new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(value)),
            version,
            new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(5), Tags = tags });
}
