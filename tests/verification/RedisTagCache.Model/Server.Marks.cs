namespace RedisTagCache.Model;

internal partial struct Server
{
    private const int MostMarks = 2 * Two.Length;

    public readonly bool HasMarks => Floor > 0;

    /// <summary>lua/invalidations_sync.lua</summary>
    public TagInvalidationPage SyncMarks(Stamp known, byte from, byte nonce, byte floor, Broken broken)
    {
        if (broken.HasFlag(Broken.RunIgnored))
            known.Run = Here;
        var isElsewhere = known.Generation == Stamp.Generation && known.Run != Here;
        var hasRolledBack = known.Epoch > Stamp.Epoch && !isElsewhere;
        var isOfThePast = known.Generation != 0 && known.Generation != Stamp.Generation && Floor <= known.Epoch && !broken.HasFlag(Broken.PastBelieved);
        if (Stamp.IsNone || !HasMarks || hasRolledBack || isOfThePast)
        {
            var top = Floor;
            for (var tag = 0; tag < Two.Length; tag++)
                top = Max(top, Max(Hard[tag], Soft[tag]));
            var epoch = Max(Max(known.Epoch + 1, Stamp.Epoch + 1), Max(top + 1, Time()));
            if (broken.HasFlag(Broken.GenerationKept))
                nonce = known.Generation != 0 ? known.Generation : Stamp.Generation != 0 ? Stamp.Generation : nonce;
            Stamp = new Stamp(epoch, nonce, Here);
            Hard = default;
            Soft = default;
            Floor = broken.HasFlag(Broken.GenerationKept) ? (byte)1 : epoch;
            return new TagInvalidationPage(Stamp, Floor);
        }

        if (broken.HasFlag(Broken.RunIgnored))
            Stamp.Run = Here;
        if (Stamp.Run != Here || known.Epoch > Stamp.Epoch)
            Stamp = new Stamp(Max(Stamp.Epoch, isElsewhere ? known.Epoch + 1 : 0), Stamp.Generation, Here);
        if (known.Generation == Stamp.Generation && floor > Floor)
            Floor = floor;
        if (!known.IsSameLineage(Stamp))
            from = 0;

        var page = new TagInvalidationPage(Stamp, Floor);
        for (var tag = 0; tag < Two.Length; tag++)
        {
            page.Hard[tag] = Hard[tag] >= from ? Hard[tag] : (byte)0;
            page.Soft[tag] = Soft[tag] >= from ? Soft[tag] : (byte)0;
        }

        return page;
    }

    /// <summary>lua/tag_invalidate.lua, with every mark younger than the retention.</summary>
    /// <param name="hard">The tags to evict, a bit each.</param>
    /// <param name="soft">The tags to expire, a bit each.</param>
    /// <param name="cap">The maximum number of marks.</param>
    /// <param name="broken">What is left out.</param>
    public TagInvalidationReply Mark(byte hard, byte soft, byte cap, Broken broken)
    {
        if (Stamp.IsNone || !HasMarks || (Here != Stamp.Run && !broken.HasFlag(Broken.RunIgnored)))
            return default;

        var before = Stamp;
        var epoch = Max(Stamp.Epoch + 1, Time());
        for (var tag = 0; tag < Two.Length; tag++)
        {
            if ((hard & 1 << tag) != 0)
                Hard[tag] = epoch;
            if ((soft & 1 << tag) != 0)
                Soft[tag] = epoch;
        }

        Stamp.Epoch = epoch;
        Trim(cap, broken);
        return new TagInvalidationReply(before, Stamp, Floor);
    }

    /// <summary>Drops the oldest marks; those of one epoch in the order of their names.</summary>
    private void Trim(byte cap, Broken broken)
    {
        var excess = CountMarks() - cap;
        var raised = Floor;
        for (var dropped = 0; dropped < MostMarks; dropped++)
        {
            var (oldest, tag, isHard) = Oldest();
            if (oldest == 0 || (excess <= 0 && oldest > Floor))
                break;
            (isHard ? ref Hard : ref Soft)[tag] = 0;
            excess--;
            raised = Max(raised, oldest);
        }

        if (!broken.HasFlag(Broken.FloorNotRaised))
            Floor = raised;
    }

    private readonly (byte Epoch, int Tag, bool IsHard) Oldest()
    {
        (byte Epoch, int Tag, bool IsHard) oldest = default;
        foreach (var isHard in (ReadOnlySpan<bool>)[true, false])
        {
            for (var tag = 0; tag < Two.Length; tag++)
            {
                var epoch = isHard ? Hard[tag] : Soft[tag];
                if (epoch > 0 && (oldest.Epoch == 0 || epoch < oldest.Epoch))
                    oldest = (epoch, tag, isHard);
            }
        }

        return oldest;
    }

    public readonly int CountMarks()
    {
        var count = 0;
        for (var tag = 0; tag < Two.Length; tag++)
            count += (Hard[tag] > 0 ? 1 : 0) + (Soft[tag] > 0 ? 1 : 0);
        return count;
    }
}
