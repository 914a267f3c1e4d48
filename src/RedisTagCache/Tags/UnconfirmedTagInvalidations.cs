namespace RedisTagCache.Tags;

/// <summary>
/// The order in which this instance received tag invalidations that are newer than the tag state that it has read from Redis. A value that is computed without Redis cannot have a version
/// above that state. It was started after some of these tag invalidations all the same, and is not evicted by them.
/// </summary>
/// <param name="table">By tag, the newest number of a tag invalidation.</param>
/// <param name="startedAt">The newest number when the value began; zero for a value that Redis has validated.</param>
internal readonly struct UnconfirmedTagInvalidations(TagInvalidationTable? table, long startedAt)
{
    /// <summary>Returns whether this instance knew of the eviction of a tag before the computation of the value began.</summary>
    public bool IsEvictedBefore(ReadOnlySpan<byte> tag) => startedAt > 0 && table is not null && IsBefore(table[tag].EvictedAt);

    /// <summary>The same for a soft expiry.</summary>
    public bool IsExpiredBefore(ReadOnlySpan<byte> tag) => startedAt > 0 && table is not null && IsBefore(table[tag].ExpiredAt);

    private bool IsBefore(long number) => number > 0 && number <= startedAt;
}
