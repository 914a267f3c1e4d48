namespace RedisTagCache.Inspection;

/// <summary>What an entry is worth to a reader.</summary>
public enum CacheEntryVerdict
{
    /// <summary>It is not given out.</summary>
    Dead,

    /// <summary>It is given out while a newer one is made, or where none can be had.</summary>
    Stale,

    /// <summary>It is given out.</summary>
    Fresh,
}
