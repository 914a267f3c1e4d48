using RedisTagCache.Entries.Envelope;
using RedisTagCache.Topology;

namespace RedisTagCache.Tags;

/// <summary>
/// Decides what an entry with tags is worth. Pure, and the only code that compares an entry's tags with the tag invalidations.
/// <code>
/// invalidated  when its version is of another generation, above the epoch, or below the floor, or one of its tags was evicted after it
/// stale        when one of its tags was expired after its version, or its freshness has ended
/// fresh        otherwise
/// </code>
/// </summary>
internal static class EntryValidator
{
    /// <summary>Validates an entry that was read from Redis.</summary>
    /// <param name="envelope">The entry.</param>
    /// <param name="state">The tag invalidations, complete at least up to the stamp that was read with the entry.</param>
    /// <param name="now">Milliseconds since 1970, for freshness alone: no clock decides whether an entry is invalidated.</param>
    /// <param name="unconfirmed">What this instance has evicted and Redis has not confirmed.</param>
    public static Verdict Validate(in EnvelopeReader envelope, TagStateSnapshot state, long now, in UnconfirmedTagInvalidations unconfirmed = default) =>
        Validate(envelope, state, now, unconfirmed, out _);

    /// <inheritdoc cref="Validate(in EnvelopeReader, TagStateSnapshot, long, in UnconfirmedTagInvalidations)"/>
    /// <param name="envelope">The entry.</param>
    /// <param name="state">The tag invalidations.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    /// <param name="unconfirmed">What this instance has evicted and Redis has not confirmed.</param>
    /// <param name="tag">The tag that was evicted or expired. Empty if the verdict has another reason.</param>
    public static Verdict Validate(in EnvelopeReader envelope, TagStateSnapshot state, long now, scoped in UnconfirmedTagInvalidations unconfirmed, out ReadOnlySpan<byte> tag)
    {
        tag = default;
        var header = envelope.Header;
        if (header.Generation != state.Stamp.Generation || header.Epoch > state.Stamp.Epoch)
            return Verdict.Invalidated;
        var verdict = ByTags(header.Epoch, envelope.Tags, state, unconfirmed, out tag);
        return verdict == Verdict.Fresh && now >= header.FreshUntil ? Verdict.Stale : verdict;
    }

    /// <summary>
    /// Validates a local copy, by its tag invalidations alone. A copy of another lineage is invalidated: Redis may have lost a removal.
    /// </summary>
    /// <param name="version">When its value began.</param>
    /// <param name="tags">The ids of its tags.</param>
    /// <param name="state">The tag invalidations.</param>
    /// <param name="unconfirmed">Which of them came before it although they are above its version, and what Redis has not confirmed.</param>
    public static Verdict Validate(CacheVersion version, ReadOnlySpan<byte[]> tags, TagStateSnapshot state, in UnconfirmedTagInvalidations unconfirmed = default)
    {
        var stamp = version.Stamp;
        return stamp.IsSameLineage(state.Stamp) && stamp.Epoch <= state.Stamp.Epoch
            ? ByTags(stamp.Epoch, new TagIds(tags), state, unconfirmed, out _)
            : Verdict.Invalidated;
    }

    /// <summary>Returns whether a value is known to be invalidated already, so that it must not replace one that may be valid. A value of another generation is for Redis to reject.</summary>
    /// <param name="startedAt">The stamp at which it was started.</param>
    /// <param name="tags">The ids of its tags.</param>
    /// <param name="state">The tag invalidations.</param>
    /// <param name="unconfirmed">Which of them came before it although they are above its version.</param>
    public static bool IsPast(in EpochStamp startedAt, ReadOnlySpan<byte[]> tags, TagStateSnapshot state, in UnconfirmedTagInvalidations unconfirmed) =>
        startedAt.IsSameGeneration(state.Stamp) && ByTags(startedAt.Epoch, new TagIds(tags), state, unconfirmed, out _) == Verdict.Invalidated;

    /// <summary>
    /// Returns whether an entry that is invalidated or stale by its tags may be returned to a caller that waited for it: its computation began after that
    /// caller's first lookup, so the eviction came later than the call. Within one lineage, where numbers compare.
    /// </summary>
    /// <param name="envelope">The entry.</param>
    /// <param name="state">The tag invalidations.</param>
    /// <param name="since">The stamp of the caller's first lookup.</param>
    public static bool IsNoOlder(in EnvelopeReader envelope, TagStateSnapshot state, in EpochStamp since) =>
        since.IsSameLineage(state.Stamp) && envelope.Header.Generation == since.Generation
        && envelope.Header.Epoch >= since.Epoch && envelope.Header.Epoch <= state.Stamp.Epoch;

    /// <param name="epoch">The entry's version.</param>
    /// <param name="tags">Its tags.</param>
    /// <param name="state">The tag invalidations.</param>
    /// <param name="unconfirmed">Which of them came before it although they are above its version.</param>
    /// <param name="changed">The tag that was evicted, or else one that was expired. Empty for neither.</param>
    private static Verdict ByTags(long epoch, TagIds tags, TagStateSnapshot state, scoped in UnconfirmedTagInvalidations unconfirmed, out ReadOnlySpan<byte> changed)
    {
        changed = default;
        foreach (var tag in tags)
        {
            var invalidations = state.Invalidations[tag];
            if ((invalidations.EvictedAt > epoch && !unconfirmed.IsEvictedBefore(tag)) || unconfirmed.IsEvictedHere(tag))
            {
                changed = tag;
                return Verdict.Invalidated;
            }

            if (changed.IsEmpty && ((invalidations.ExpiredAt > epoch && !unconfirmed.IsExpiredBefore(tag)) || unconfirmed.IsExpiredHere(tag)))
                changed = tag;
        }

        // Last, because the table may forget tag invalidations in the meantime: see PrunedTo.
        if (epoch < state.Floor || epoch < state.Invalidations.PrunedTo)
        {
            changed = default;
            return Verdict.Invalidated;
        }

        return changed.IsEmpty ? Verdict.Fresh : Verdict.Stale;
    }
}

/// <summary>What an entry is worth.</summary>
internal enum Verdict
{
    Invalidated,
    Stale,
    Fresh,
}

/// <summary>
/// The order in which this instance received tag invalidations that are newer than the tag state that it has read from Redis. A value that is computed without Redis cannot have a version
/// above that state. It was started after some of these tag invalidations all the same, and is not evicted by them.
/// </summary>
/// <param name="table">By tag, the newest number of a tag invalidation.</param>
/// <param name="owed">What this instance has invalidated and Redis has not confirmed. It applies to each value that did not start after it.</param>
/// <param name="startedAt">The newest number when the value began; zero for a value that Redis has validated.</param>
internal readonly struct UnconfirmedTagInvalidations(TagInvalidationTable? table, OwedTagInvalidations? owed, long startedAt)
{
    /// <summary>Returns whether this instance knew of the eviction of a tag before the computation of the value began.</summary>
    public bool IsEvictedBefore(ReadOnlySpan<byte> tag) => startedAt > 0 && table is not null && IsBefore(table[tag].EvictedAt);

    /// <summary>The same for a soft expiry.</summary>
    public bool IsExpiredBefore(ReadOnlySpan<byte> tag) => startedAt > 0 && table is not null && IsBefore(table[tag].ExpiredAt);

    /// <summary>Returns whether this instance has evicted a tag since the value began, and Redis has not confirmed that.</summary>
    public bool IsEvictedHere(ReadOnlySpan<byte> tag) => owed is not null && owed.EvictedAt(tag) > startedAt;

    /// <summary>The same for a soft expiry.</summary>
    public bool IsExpiredHere(ReadOnlySpan<byte> tag) => owed is not null && owed.ExpiredAt(tag) > startedAt;

    private bool IsBefore(long number) => number > 0 && number <= startedAt;
}
