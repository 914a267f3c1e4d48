namespace RedisTagCache.Store;

/// <summary>
/// In which order this instance heard of marks that lie ahead of the state that Redis has told. A value that is computed without Redis cannot have a token
/// above that state. It was started after some of these marks all the same, and is not evicted by them.
/// </summary>
/// <param name="table">By tag, the newest number of a mark.</param>
/// <param name="startedAt">The newest number when the value began; zero for a value that Redis has judged.</param>
internal readonly struct UnconfirmedMarks(MarkTable? table, long startedAt)
{
    /// <summary>Whether the eviction of a tag was heard of before the value began.</summary>
    public bool IsEvictedBefore(ReadOnlySpan<byte> tag) => startedAt > 0 && table is not null && IsBefore(table[tag].Hard);

    /// <summary>The same for a soft expiry.</summary>
    public bool IsExpiredBefore(ReadOnlySpan<byte> tag) => startedAt > 0 && table is not null && IsBefore(table[tag].Soft);

    private bool IsBefore(long number) => number > 0 && number <= startedAt;
}
