namespace RedisTagCache;

/// <summary>Specifies how an entry is stored. Immutable, so one instance can be used for many writes.</summary>
public sealed record TagCacheEntryOptions
{
    internal static TagCacheEntryOptions Default { get; } = new();

    /// <summary>
    /// Gets how long the value is fresh after the write. Must be at least 1 millisecond, and is rounded up to milliseconds.
    /// The default is <see langword="null"/>: the entry is stored until it is evicted, removed or deleted by Redis.
    /// </summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>
    /// Gets how long after <see cref="Lifetime"/> the value can still be served as stale. Must be zero or more. The default is zero.
    /// Longer: readers get an old value while the origin is slow. Shorter: less memory, and no old values.
    /// </summary>
    public TimeSpan StaleWindow { get; init; }

    /// <summary>
    /// Gets how long the entry is stored without being read, never longer than <see cref="Lifetime"/>. Must be at least 1 millisecond. By default, the expiration does not slide.
    /// Only for regions without tags. It cannot be combined with <see cref="StaleWindow"/>.
    /// </summary>
    public TimeSpan? SlidingExpiration { get; init; }

    /// <summary>Gets the tags by which the entry can be evicted: at most 1,024 different ones, each a non-empty string of valid Unicode. By default, there are none.</summary>
    public ReadOnlyMemory<string> Tags { get; init; }
}
