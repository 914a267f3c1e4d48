namespace RedisTagCache.Model;

internal partial struct Server
{
    private const int MaxTagInvalidations = 2 * Two.Length;

    public readonly bool HasTagInvalidations => Floor > 0;

    /// <summary>lua/invalidations_sync.lua</summary>
    public TagInvalidationPage SyncTagInvalidations(Stamp known, byte from, byte nonce, byte floor, Broken broken)
    {
        if (broken.HasFlag(Broken.RunIgnored))
            known.Run = Here;
        var isElsewhere = known.Generation == Stamp.Generation && known.Run != Here;
        var hasRolledBack = known.Epoch > Stamp.Epoch && !isElsewhere;
        var isOfThePast = known.Generation != 0 && known.Generation != Stamp.Generation && Floor <= known.Epoch && !broken.HasFlag(Broken.PastBelieved);
        if (Stamp.IsNone || !HasTagInvalidations || hasRolledBack || isOfThePast)
        {
            var top = Floor;
            for (var tag = 0; tag < Two.Length; tag++)
                top = Max(top, Max(EvictedAt[tag], ExpiredAt[tag]));
            var epoch = Max(Max(known.Epoch + 1, Stamp.Epoch + 1), Max(top + 1, Time()));
            if (broken.HasFlag(Broken.GenerationKept))
                nonce = known.Generation != 0 ? known.Generation : Stamp.Generation != 0 ? Stamp.Generation : nonce;
            Stamp = new Stamp(epoch, nonce, Here);
            EvictedAt = default;
            ExpiredAt = default;
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
            page.EvictedAt[tag] = EvictedAt[tag] >= from ? EvictedAt[tag] : (byte)0;
            page.ExpiredAt[tag] = ExpiredAt[tag] >= from ? ExpiredAt[tag] : (byte)0;
        }

        return page;
    }

    /// <summary>lua/invalidations_find.lua; no stamp if the caller must synchronize first.</summary>
    public readonly TagInvalidationPage FindTagInvalidations() =>
        Stamp.IsNone || !HasTagInvalidations || Stamp.Run != Here ? default : new TagInvalidationPage(Stamp, Floor) { EvictedAt = EvictedAt, ExpiredAt = ExpiredAt };

    /// <summary>lua/tag_invalidate.lua, with every tag invalidation younger than the retention.</summary>
    /// <param name="evicted">The tags to evict, a bit each.</param>
    /// <param name="soft">The tags to expire, a bit each.</param>
    /// <param name="cap">The maximum number of tag invalidations.</param>
    /// <param name="broken">What is left out.</param>
    public TagInvalidationReply Invalidate(byte evicted, byte expired, byte cap, Broken broken)
    {
        if (Stamp.IsNone || !HasTagInvalidations || (Here != Stamp.Run && !broken.HasFlag(Broken.RunIgnored)))
            return default;

        var before = Stamp;
        var epoch = Max(Stamp.Epoch + 1, Time());
        for (var tag = 0; tag < Two.Length; tag++)
        {
            if ((evicted & 1 << tag) != 0)
                EvictedAt[tag] = epoch;
            if ((expired & 1 << tag) != 0)
                ExpiredAt[tag] = epoch;
        }

        Stamp.Epoch = epoch;
        Trim(cap, broken);
        return new TagInvalidationReply(before, Stamp, Floor);
    }

    /// <summary>Drops the oldest tag invalidations; those of one epoch in the order of their names.</summary>
    private void Trim(byte cap, Broken broken)
    {
        var excess = CountTagInvalidations() - cap;
        var raised = Floor;
        for (var dropped = 0; dropped < MaxTagInvalidations; dropped++)
        {
            var (oldest, tag, isEviction) = Oldest();
            if (oldest == 0 || (excess <= 0 && oldest > Floor))
                break;
            (isEviction ? ref EvictedAt : ref ExpiredAt)[tag] = 0;
            excess--;
            raised = Max(raised, oldest);
        }

        if (!broken.HasFlag(Broken.FloorNotRaised))
            Floor = raised;
    }

    private readonly (byte Epoch, int Tag, bool IsEviction) Oldest()
    {
        (byte Epoch, int Tag, bool IsEviction) oldest = default;
        foreach (var isEviction in (ReadOnlySpan<bool>)[true, false])
        {
            for (var tag = 0; tag < Two.Length; tag++)
            {
                var epoch = isEviction ? EvictedAt[tag] : ExpiredAt[tag];
                if (epoch > 0 && (oldest.Epoch == 0 || epoch < oldest.Epoch))
                    oldest = (epoch, tag, isEviction);
            }
        }

        return oldest;
    }

    public readonly int CountTagInvalidations()
    {
        var count = 0;
        for (var tag = 0; tag < Two.Length; tag++)
            count += (EvictedAt[tag] > 0 ? 1 : 0) + (ExpiredAt[tag] > 0 ? 1 : 0);
        return count;
    }
}
