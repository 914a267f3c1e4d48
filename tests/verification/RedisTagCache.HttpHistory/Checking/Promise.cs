namespace RedisTagCache.HttpHistory.Checking;

/// <summary>What the docs promise of pages, as far as responses can show that it was broken.</summary>
internal enum Promise
{
    /// <summary>Nothing rendered before an eviction of what it shows is served to a request that began after it was confirmed; from other instances' copies, two seconds later.</summary>
    EvictionsHold,

    /// <summary>What was made stale does not pass for fresh, and nothing is served beyond its lifetime and its stale window.</summary>
    LifetimesHold,

    /// <summary>A response shows what was asked for, for this tenant, user, host, flavor and query.</summary>
    NobodyElses,

    /// <summary>Headers and body are of one rendering, and the body is whole.</summary>
    OneRendering,

    /// <summary>What may not be cached is sent to the request that it was rendered for alone.</summary>
    UncacheableIsNotShared,

    /// <summary>No request waits longer than its stated bound.</summary>
    WaitsAreBounded,

    /// <summary>A page that is in Redis is served and not rendered, while Redis answers.</summary>
    StoredIsServed,

    /// <summary>What the status header says is what happened.</summary>
    StatusIsTrue,

    /// <summary>Every request is answered, with what its page may answer.</summary>
    EveryRequestIsAnswered,

    /// <summary>The working set stays within a multiple of the bytes in flight.</summary>
    MemoryIsBounded,
}
