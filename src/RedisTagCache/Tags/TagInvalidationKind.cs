namespace RedisTagCache.Tags;

/// <summary>What a tag invalidation does to older entries of its tag.</summary>
internal enum TagInvalidationKind
{
    /// <summary>They are invalidated: a lookup misses.</summary>
    Evict,

    /// <summary>They are stale: they may be served until they are refreshed.</summary>
    Expire,
}
