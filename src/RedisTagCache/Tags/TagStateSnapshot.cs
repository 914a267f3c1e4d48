using RedisTagCache.Topology;

namespace RedisTagCache.Tags;

/// <summary>
/// The tag invalidations of a partition, complete up to a stamp. The table may already hold newer ones: they only make the validation stricter.
/// </summary>
internal sealed record TagStateSnapshot(EpochStamp Stamp, long Floor, TagInvalidationTable Invalidations)
{
    /// <summary>Returns whether a value that was started at this stamp with these tags is known to be invalidated already.</summary>
    public bool IsPast(in EpochStamp startedAt, ReadOnlySpan<byte[]> tags, in UnconfirmedTagInvalidations unconfirmed = default) =>
        EntryValidator.IsPast(startedAt, tags, this, unconfirmed);
}
