namespace RedisTagCache;

/// <summary>Specifies the outcome of a write.</summary>
public enum CacheWriteOutcome
{
    /// <summary>The entry is stored.</summary>
    Stored,

    /// <summary>Nothing was stored: the value may be older than an eviction. The next lookup and write of the key succeed.</summary>
    Rejected,

    /// <summary>Redis did not confirm the write in time, or is unavailable. Either nothing was stored, or the write lands later and is validated like any other entry.</summary>
    Skipped,
}
