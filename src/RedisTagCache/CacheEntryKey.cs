namespace RedisTagCache;

/// <summary>Names one entry: its region and its key there.</summary>
/// <param name="Region">The region.</param>
/// <param name="Key">The key: any string, of any length. It may be empty only where the region has no tags. Keys are compared by their UTF-16 code units.</param>
public readonly record struct CacheEntryKey(CacheRegion Region, string Key);
