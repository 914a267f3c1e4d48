namespace RedisTagCache;

/// <summary>Identifies an entry by its region and its key.</summary>
/// <param name="Region">The region.</param>
/// <param name="Key">The key: any string, of any length. It can be empty only if the region has no tags. Keys are compared by their UTF-16 code units.</param>
public readonly record struct CacheEntryKey(CacheRegion Region, string Key);
