namespace RedisTagCache;

/// <summary>How an entry is to be kept. Immutable, so that one instance can serve many writes.</summary>
public sealed record TagCacheEntryOptions
{
    internal static TagCacheEntryOptions Default { get; } = new();

    /// <summary>
    /// How long the value is fresh, from the write on. One millisecond or more, kept to the millisecond (rounded up).
    /// Default: none, the entry stays until it is evicted, removed or dropped by Redis.
    /// </summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>
    /// How long after <see cref="Lifetime"/> the value may still be served as stale. Zero or more; default zero.
    /// Longer: readers ride out a slow origin on an older value. Shorter: less memory, nothing old.
    /// </summary>
    public TimeSpan StaleWindow { get; init; }

    /// <summary>
    /// Ends the entry when it has not been read for this long; never beyond <see cref="Lifetime"/>. One millisecond or more; default none.
    /// Only for regions without tags; it cannot be combined with <see cref="StaleWindow"/>.
    /// </summary>
    public TimeSpan? SlidingExpiration { get; init; }

    /// <summary>The tags by which the entry can be evicted: up to 1,024 different ones, each a non-empty string of valid Unicode. Default none.</summary>
    public ReadOnlyMemory<string> Tags { get; init; }

    /// <summary>
    /// The token of the lookup that missed before the value was computed. Default: none, the value counts as started when the write is called,
    /// which is only right for values that do not depend on data read before.
    /// </summary>
    public CacheVersion Token { get; init; }
}
