namespace RedisTagCache;

/// <summary>Specifies the outcome of a <see cref="CacheEvent"/>. The metrics have the same outcomes, in lowercase with underscores.</summary>
public enum CacheOutcome
{
    /// <summary>The kind of event has no outcome.</summary>
    None,

    /// <summary>A lookup found a fresh entry in Redis.</summary>
    Hit,

    /// <summary>A lookup found a stale entry in Redis.</summary>
    Stale,

    /// <summary>A lookup found no entry that can be served.</summary>
    Miss,

    /// <summary>A lookup found a fresh entry in the local cache.</summary>
    HitLocal,

    /// <summary>A lookup found a stale entry in the local cache.</summary>
    StaleLocal,

    /// <summary>An old value was served, because the factory failed or took too long, or because Redis did not respond.</summary>
    FailSafe,

    /// <summary>A write stored the entry.</summary>
    Stored,

    /// <summary>A write stored nothing, because the value may be older than an eviction, or because its lookup had failed.</summary>
    Rejected,

    /// <summary>Redis did not confirm a write, or its caller stopped waiting.</summary>
    Skipped,

    /// <summary>An eviction, a removal, or a refresh succeeded.</summary>
    Done,

    /// <summary>An eviction, a removal, a refresh, or a synchronization of the tag state failed.</summary>
    Failed,

    /// <summary>A failed eviction was retried successfully.</summary>
    Retried,

    /// <summary>An eviction that Redis had lost was applied again.</summary>
    Recovered,

    /// <summary>An operation on Redis, a synchronization of the tag state, or a factory succeeded.</summary>
    Ok,

    /// <summary>Redis did not respond to an operation in time.</summary>
    Timeout,

    /// <summary>An operation on Redis or a factory failed.</summary>
    Error,

    /// <summary>An operation on Redis or a factory was canceled.</summary>
    Canceled,

    /// <summary>A refresh was left to another instance.</summary>
    Taken,

    /// <summary>A message was applied.</summary>
    Applied,

    /// <summary>An earlier message did not arrive, so the instance polls Redis.</summary>
    Gap,
}
