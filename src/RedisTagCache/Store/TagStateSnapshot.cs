using RedisTagCache.Redis;

namespace RedisTagCache.Store;

/// <summary>
/// The tag invalidations of a partition, complete up to a stamp. The table may already hold newer ones: they only make the judgement stricter.
/// </summary>
internal sealed record TagStateSnapshot(EpochStamp Stamp, long Floor, TagInvalidationTable Invalidations)
{
    /// <summary>Whether a value started at this stamp with these tags is known to be dead already: it must not replace one that may be live.</summary>
    public bool IsPast(in EpochStamp startedAt, ReadOnlySpan<byte[]> tags, in UnconfirmedTagInvalidations unconfirmed = default)
    {
        if (!startedAt.IsSameGeneration(Stamp))
            return false; // for Redis to refuse
        if (startedAt.Epoch < Floor)
            return true;
        foreach (var tag in tags)
        {
            if (Invalidations[tag].EvictedAt > startedAt.Epoch && !unconfirmed.IsEvictedBefore(tag))
                return true;
        }

        return startedAt.Epoch < Invalidations.PrunedTo;
    }
}
