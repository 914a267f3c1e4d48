namespace RedisTagCache;

/// <summary>Names one entry: its surface and its key there.</summary>
/// <param name="Surface">The surface.</param>
/// <param name="Key">The key: any non-empty string, of any length. Keys are compared by their UTF-16 code units.</param>
public readonly record struct CacheEntryKey(CacheSurface Surface, string Key);
