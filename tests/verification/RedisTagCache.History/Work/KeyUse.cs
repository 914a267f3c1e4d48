namespace RedisTagCache.History.Work;

/// <summary>What is done to a key.</summary>
internal enum KeyUse
{
    /// <summary>Looked up and written through <c>ITagCacheStore</c>.</summary>
    Page,

    /// <summary>Computed through <c>ITagCache</c> and <c>HybridCache</c>, evicted by tag alone.</summary>
    Value,

    /// <summary>The same, and removed and set by key as well.</summary>
    RemovedValue,

    /// <summary>Looked up, set and removed by key through <c>IDistributedCache</c>.</summary>
    Bytes,
}
