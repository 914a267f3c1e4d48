namespace RedisTagCache;

/// <summary>Names one entry: its surface and its key there.</summary>
/// <param name="Surface">The surface.</param>
/// <param name="Key">The key: any string, of any length. It may be empty only where the surface has no tags. Keys are compared by their UTF-16 code units.</param>
public readonly record struct CacheEntryKey(CacheSurface Surface, string Key);
