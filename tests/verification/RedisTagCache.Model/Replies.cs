namespace RedisTagCache.Model;

/// <summary>The reply of <c>invalidations_sync</c>; 0 for a tag invalidation that it does not contain.</summary>
internal struct TagInvalidationPage(Stamp stamp, byte floor)
{
    public Stamp Stamp = stamp;
    public byte Floor = floor;
    public Two EvictedAt;
    public Two ExpiredAt;

    /// <summary>Whether there may be higher ones than those on this page.</summary>
    public bool HasMore;

    /// <summary>The highest epoch of a tag invalidation on this page.</summary>
    public readonly byte Highest()
    {
        byte highest = 0;
        for (var tag = 0; tag < Two.Length; tag++)
            highest = Math.Max(highest, Math.Max(EvictedAt[tag], ExpiredAt[tag]));
        return highest;
    }

    /// <summary>Leaves only the lowest ones.</summary>
    public void Limit(int size)
    {
        while (Count() > size)
        {
            var highest = Highest();
            var isRemoved = false;
            for (var tag = Two.Length - 1; tag >= 0 && !isRemoved; tag--)
                isRemoved = Remove(ref ExpiredAt, tag, highest);
            for (var tag = Two.Length - 1; tag >= 0 && !isRemoved; tag--)
                isRemoved = Remove(ref EvictedAt, tag, highest);
        }

        HasMore = Count() == size;

        static bool Remove(ref Two epochs, int tag, byte epoch)
        {
            if (epochs[tag] != epoch)
                return false;
            epochs[tag] = 0;
            return true;
        }
    }

    private readonly int Count()
    {
        var count = 0;
        for (var tag = 0; tag < Two.Length; tag++)
            count += (EvictedAt[tag] > 0 ? 1 : 0) + (ExpiredAt[tag] > 0 ? 1 : 0);
        return count;
    }
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
