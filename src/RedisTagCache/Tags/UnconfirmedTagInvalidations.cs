namespace RedisTagCache.Tags;

/// <summary>
/// In which order this instance heard of tag invalidations that lie ahead of the state that Redis has told. A value that is computed without Redis cannot have a version
/// above that state. It was started after some of these tag invalidations all the same, and is not evicted by them.
/// </summary>
/// <param name="table">By tag, the newest number of a tag invalidation.</param>
/// <param name="startedAt">The newest number when the value began; zero for a value that Redis has judged.</param>
internal readonly struct UnconfirmedTagInvalidations(TagInvalidationTable? table, long startedAt)
{
    /// <summary>Whether the eviction of a tag was heard of before the value began.</summary>
    public bool IsEvictedBefore(ReadOnlySpan<byte> tag) => startedAt > 0 && table is not null && IsBefore(table[tag].EvictedAt);

    /// <summary>The same for a soft expiry.</summary>
    public bool IsExpiredBefore(ReadOnlySpan<byte> tag) => startedAt > 0 && table is not null && IsBefore(table[tag].ExpiredAt);

    private bool IsBefore(long number) => number > 0 && number <= startedAt;
}
