namespace RedisTagCache;

/// <summary>Represents an event of the cache, passed to <see cref="RedisTagCacheOptions.OnEvent"/>. It never has a key or a tag.</summary>
public readonly record struct CacheEvent
{
    /// <summary>Initializes a new instance of the <see cref="CacheEvent"/> struct.</summary>
    public CacheEvent()
    {
    }

    /// <summary>Gets the name of the cache. It is <see cref="RedisTagCacheDiagnostics.DefaultCacheName"/> for the cache without a name.</summary>
    public string CacheName { get; init; } = RedisTagCacheDiagnostics.DefaultCacheName;

    /// <summary>Gets the kind of event. It determines which of the other properties are set.</summary>
    public CacheEventKind Kind { get; init; }

    /// <summary>Gets the outcome, or <see cref="CacheOutcome.None"/> if the kind has none.</summary>
    public CacheOutcome Outcome { get; init; }

    /// <summary>Gets the name of the region, or <see langword="null"/> if the event does not belong to one.</summary>
    public string? Region { get; init; }

    /// <summary>Gets why a lookup missed, or <see cref="CacheMissReason.None"/> for other events.</summary>
    public CacheMissReason MissReason { get; init; }

    /// <summary>Gets the operation, the kind of change, the role, or the reason, or <see cref="CacheEventDetail.None"/> if the kind of event has none.</summary>
    public CacheEventDetail Detail { get; init; }

    /// <summary>Gets the number of tags of an eviction; otherwise, 1.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Gets the duration of an operation or a factory; otherwise, zero.</summary>
    public TimeSpan Duration { get; init; }
}

/// <summary>Specifies the kind of a <see cref="CacheEvent"/>. Each kind belongs to one instrument of the metrics, and is raised whenever that instrument counts.</summary>
public enum CacheEventKind
{
    /// <summary>A lookup ended. Has the region, the outcome and, for a miss, the reason.</summary>
    Lookup,

    /// <summary>A write ended. Has the region and the outcome.</summary>
    Write,

    /// <summary>Tags were evicted or expired. Has which of both as detail, the outcome, and the number of tags.</summary>
    Eviction,

    /// <summary>An entry was removed by key. Has the region and the outcome.</summary>
    Removal,

    /// <summary>An operation on Redis ended. Has the operation as detail, the outcome, and the duration.</summary>
    Operation,

    /// <summary>Tag invalidations were fetched. Has their extent as detail, and the outcome.</summary>
    Sync,

    /// <summary>A message arrived. Has its kind as detail, and the outcome.</summary>
    Message,

    /// <summary>A call ran a factory, or waited for another caller or instance. Has the role as detail.</summary>
    FactoryCall,

    /// <summary>A factory ended. Has the outcome and the duration.</summary>
    Factory,

    /// <summary>A refresh ended. Has the outcome.</summary>
    Refresh,

    /// <summary>A value was not stored. Has the reason as detail.</summary>
    Bypass,

    /// <summary>A change by this instance was announced. Has the kind of message as detail.</summary>
    MessageSent,
}

/// <summary>Specifies the operation, the kind of change, the role, or the reason of a <see cref="CacheEvent"/>. The metrics have the same values, in lowercase with underscores.</summary>
public enum CacheEventDetail
{
    /// <summary>The kind of event has no detail.</summary>
    None,

    /// <summary>Operation: the first call waited for the connection.</summary>
    Connect,

    /// <summary>Operation: entries were read.</summary>
    Read,

    /// <summary>Operation: entries were written.</summary>
    Write,

    /// <summary>Operation: an entry was removed.</summary>
    Remove,

    /// <summary>Operation: tags were evicted or expired.</summary>
    Invalidate,

    /// <summary>Operation: tag invalidations or removals were fetched.</summary>
    Sync,

    /// <summary>Operation: a sliding expiration was extended.</summary>
    Touch,

    /// <summary>Operation: the beginning of an entry was read, before a sliding expiration is extended.</summary>
    Peek,

    /// <summary>Operation: a lease was requested.</summary>
    Lease,

    /// <summary>Operation: a lease was renewed.</summary>
    Renew,

    /// <summary>Operation: a lease was released. Message: a value that another instance waited for is available, or will not be.</summary>
    Release,

    /// <summary>Operation: a partition was polled for changes.</summary>
    Poll,

    /// <summary>Eviction: the tags were evicted.</summary>
    Evict,

    /// <summary>Eviction: the tags were expired.</summary>
    Expire,

    /// <summary>Eviction: a failed or lost eviction or expiry was retried.</summary>
    Any,

    /// <summary>Message: tags were evicted or expired.</summary>
    Eviction,

    /// <summary>Message: an entry was removed or overwritten.</summary>
    Removal,

    /// <summary>Synchronization: the tag invalidations since the last time were fetched.</summary>
    CatchUp,

    /// <summary>Synchronization: all tag invalidations were fetched.</summary>
    Full,

    /// <summary>Factory call: the caller ran the factory for all instances.</summary>
    Leader,

    /// <summary>Factory call: the same, after the instance that the caller waited for did not finish.</summary>
    TookOver,

    /// <summary>Factory call: the caller got another instance's value.</summary>
    Follower,

    /// <summary>Factory call: the caller waited for another caller in the process.</summary>
    Coalesced,

    /// <summary>Factory call: the caller ran the factory without a lease.</summary>
    Uncoordinated,

    /// <summary>Bypass: the key is longer than allowed.</summary>
    KeyLength,

    /// <summary>Bypass: the value is larger than allowed.</summary>
    PayloadSize,

    /// <summary>Bypass: the value could not be serialized.</summary>
    Serialization,

    /// <summary>Bypass: the factory chose it, or ran for longer than <see cref="RedisTagCacheOptions.FactoryTimeout"/>.</summary>
    Factory,

    /// <summary>Operation: a connection on which no reply arrived was replaced by a new one.</summary>
    Reconnect,
}
