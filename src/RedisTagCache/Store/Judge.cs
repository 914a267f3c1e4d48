using RedisTagCache.Envelope;
using RedisTagCache.Redis;

namespace RedisTagCache.Store;

/// <summary>
/// Decides what an entry with tags is worth. Pure: everywhere an entry is judged, it is judged by this.
/// <code>
/// dead   when its version is of another generation, above the epoch, or below the floor, or one of its tags was evicted after it
/// stale  when one of its tags was expired after its version, or its freshness has ended
/// fresh  otherwise
/// </code>
/// </summary>
internal static class Judge
{
    /// <param name="envelope">The entry.</param>
    /// <param name="state">The tag invalidations, complete at least up to the stamp that was read with the entry.</param>
    /// <param name="now">Milliseconds since 1970, for freshness alone; no clock decides over life.</param>
    public static Verdict Of(in EnvelopeReader envelope, TagStateSnapshot state, long now)
    {
        var header = envelope.Header;
        if (header.Generation != state.Stamp.Generation || header.Epoch > state.Stamp.Epoch || header.Epoch < state.Floor)
            return Verdict.Invalidated;

        var stale = now >= header.FreshUntil;
        foreach (var tag in envelope.Tags)
        {
            var invalidations = state.Invalidations[tag];
            if (invalidations.EvictedAt > header.Epoch)
                return Verdict.Invalidated;
            stale |= invalidations.ExpiredAt > header.Epoch;
        }

        return header.Epoch < state.Invalidations.PrunedTo ? Verdict.Invalidated : stale ? Verdict.Stale : Verdict.Fresh;
    }

    /// <summary>
    /// Whether an entry that is dead or stale by its tag invalidations may be returned to a caller that waited for it: its computation began after that caller's first lookup, so
    /// the eviction came later than the call. Within one lineage, where numbers compare.
    /// </summary>
    /// <param name="envelope">The entry.</param>
    /// <param name="state">The tag invalidations.</param>
    /// <param name="since">The stamp of the caller's first lookup.</param>
    public static bool IsNoOlder(in EnvelopeReader envelope, TagStateSnapshot state, in EpochStamp since) =>
        since.IsSameLineage(state.Stamp) && envelope.Header.Generation == since.Generation
        && envelope.Header.Epoch >= since.Epoch && envelope.Header.Epoch <= state.Stamp.Epoch;

    /// <summary>The same for a copy that lies in this instance, by its tag invalidations alone. A copy of another lineage is dead: Redis may have lost a removal.</summary>
    /// <param name="version">When its value began.</param>
    /// <param name="tags">The ids of its tags.</param>
    /// <param name="state">The tag invalidations.</param>
    /// <param name="unconfirmed">Which of them came before it although they are above its version.</param>
    public static Verdict OfCopy(CacheVersion version, ReadOnlySpan<byte[]> tags, TagStateSnapshot state, in UnconfirmedTagInvalidations unconfirmed = default)
    {
        var stamp = version.Stamp;
        if (!stamp.IsSameLineage(state.Stamp) || stamp.Epoch > state.Stamp.Epoch || stamp.Epoch < state.Floor)
            return Verdict.Invalidated;

        var stale = false;
        foreach (var tag in tags)
        {
            var invalidations = state.Invalidations[tag];
            if (invalidations.EvictedAt > stamp.Epoch && !unconfirmed.IsEvictedBefore(tag))
                return Verdict.Invalidated;
            stale |= invalidations.ExpiredAt > stamp.Epoch && !unconfirmed.IsExpiredBefore(tag);
        }

        return stamp.Epoch < state.Invalidations.PrunedTo ? Verdict.Invalidated : stale ? Verdict.Stale : Verdict.Fresh;
    }
}
