namespace RedisTagCache.Tags;

/// <summary>What a tag invalidation does to older entries of its tag.</summary>
internal enum TagInvalidationKind
{
    /// <summary>They are dead.</summary>
    Evict,

    /// <summary>They are stale.</summary>
    Expire,
}
