namespace RedisTagCache.Model;

/// <summary>What <c>invalidations_sync</c> tells; 0 for a mark that is not told.</summary>
internal struct TagInvalidationPage(Stamp stamp, byte floor)
{
    public Stamp Stamp = stamp;
    public byte Floor = floor;
    public Two Hard;
    public Two Soft;
}

/// <summary>What <c>tag_invalidate</c> tells; no stamps when the caller has to synchronize first.</summary>
internal record struct TagInvalidationReply(Stamp Before, Stamp After, byte Floor)
{
    public readonly bool IsRefused => After.IsNone;
}

/// <summary>What <c>entry_fill</c> and <c>entry_overwrite</c> tell.</summary>
internal record struct FillReply(bool IsStored, Stamp Stamp, byte Removal, byte Before);

/// <summary>What <c>entry_remove</c> tells.</summary>
internal record struct RemovalReply(byte Number, byte Before);

internal enum LeaseVerdict : byte
{
    Taken,
    Granted,
    Changed,
}

/// <summary>What <c>lease_acquire</c> tells.</summary>
internal record struct LeaseReply(LeaseVerdict Verdict, Stamp Stamp, byte Removal);

/// <summary>What <c>removals_sync</c> tells; 0 for an entry that is not told.</summary>
internal struct RemovalsPage(byte newest, byte floor)
{
    public byte Newest = newest;
    public byte Floor = floor;
    public Two Numbers;
}
