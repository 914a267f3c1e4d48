namespace RedisTagCache.Model;

/// <summary>The reply of <c>invalidations_sync</c>; 0 for a tag invalidation that it does not contain.</summary>
internal struct TagInvalidationPage(Stamp stamp, byte floor)
{
    public Stamp Stamp = stamp;
    public byte Floor = floor;
    public Two EvictedAt;
    public Two ExpiredAt;
}

/// <summary>The reply of <c>tag_invalidate</c>; no stamps if the caller must synchronize first.</summary>
internal record struct TagInvalidationReply(Stamp Before, Stamp After, byte Floor)
{
    public readonly bool IsRejected => After.IsNone;
}

/// <summary>The reply of <c>entry_fill</c> and <c>entry_overwrite</c>.</summary>
internal record struct FillReply(bool IsStored, Stamp Stamp, byte Removal, byte Before);

/// <summary>The reply of <c>entry_remove</c>.</summary>
internal record struct RemovalReply(byte Number, byte Before);

internal enum LeaseVerdict : byte
{
    Taken,
    Granted,
    Changed,
}

/// <summary>The reply of <c>lease_acquire</c>.</summary>
internal record struct LeaseReply(LeaseVerdict Verdict, Stamp Stamp, byte Removal);

/// <summary>The reply of <c>removals_sync</c>; 0 for an entry that it does not contain.</summary>
internal struct RemovalsPage(byte newest, byte floor)
{
    public byte Newest = newest;
    public byte Floor = floor;
    public Two Numbers;
}
