namespace RedisTagCache.Management;

/// <summary>Specifies the status of an entry.</summary>
public enum CacheEntryStatus
{
    /// <summary>The entry is not served.</summary>
    Invalidated,

    /// <summary>The entry is served while it is refreshed, or if no newer one can be made.</summary>
    Stale,

    /// <summary>The entry is served.</summary>
    Fresh,
}
