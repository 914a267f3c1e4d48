namespace RedisTagCache;

/// <summary>What became of a write.</summary>
public enum CacheWriteOutcome
{
    /// <summary>The entry is stored.</summary>
    Stored,

    /// <summary>Nothing was stored: the value may be older than an eviction. The next lookup and write of the key succeed.</summary>
    Refused,

    /// <summary>Redis did not confirm the write in time, or is away. Nothing was stored, or it lands later and is judged by its token like any other.</summary>
    Dropped,
}
