namespace RedisTagCache.Store;

/// <summary>The epochs at which one tag was last evicted and last softly expired; 0 for never.</summary>
internal readonly record struct TagInvalidations(long EvictedAt, long ExpiredAt);
