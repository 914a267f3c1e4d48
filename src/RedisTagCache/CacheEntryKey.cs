namespace RedisTagCache;

/// <summary>Identifies an entry by its region and its key.</summary>
public readonly record struct CacheEntryKey
{
    /// <summary>Initializes a new key.</summary>
    /// <param name="region">The region.</param>
    /// <param name="key">The key: any string, of any length. It can be empty only if the region has no tags. Keys are compared by their UTF-16 code units.</param>
    public CacheEntryKey(CacheRegion region, string key) => (Region, Key) = (region, key);

    /// <summary>Gets the region.</summary>
    public CacheRegion Region { get; }

    /// <summary>Gets the key in the region.</summary>
    public string Key { get; }
}
