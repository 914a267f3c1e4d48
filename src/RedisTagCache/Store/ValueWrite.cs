namespace RedisTagCache.Store;

/// <summary>What became of writing a value.</summary>
/// <param name="Outcome">Whether it is stored.</param>
/// <param name="Removal">When stored: the newest removal it is known not to be superseded by.</param>
/// <param name="Identity">When composed: what tells the entry from any other.</param>
/// <param name="IsCovered">When stored: whether this instance knows of all evictions that Redis had made until then, and so can judge a copy.</param>
internal readonly record struct ValueWrite(CacheWriteOutcome Outcome, long Removal, ReadOnlyMemory<byte> Identity, bool IsCovered = false)
{
    /// <summary>Whether a copy may be kept. What Redis did not get is judged by what was known when it began.</summary>
    public bool MayBeCopied => Outcome == CacheWriteOutcome.Skipped || (Outcome == CacheWriteOutcome.Stored && IsCovered);
}
