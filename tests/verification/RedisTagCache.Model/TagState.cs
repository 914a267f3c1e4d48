using System.Runtime.CompilerServices;

namespace RedisTagCache.Model;

[InlineArray(Two.Length)]
internal struct TagStates
{
    private TagState _first;
}

internal enum Verdict : byte
{
    Invalidated,
    Stale,
    Fresh,
}

/// <summary>An instance's replica of a partition's tag invalidations.</summary>
internal partial struct TagState
{
    public Stamp Known;
    public byte Floor;
    public Two EvictedAt;
    public Two ExpiredAt;
    public bool IsTrusted;
    public Stamp Ahead;
    public Sync Sync;

    /// <summary>By tag, the number of the newest eviction that was applied before Redis reported it; 0 for none since Redis last reported anything new.</summary>
    public Two UnconfirmedEvictions;

    /// <summary>The same for expiries.</summary>
    public Two UnconfirmedExpiries;

    /// <summary>The newest of these numbers.</summary>
    public byte UnconfirmedCount;

    /// <summary>By tag, the number of the newest eviction of this instance that Redis has not confirmed; 0 for none.</summary>
    public Two OwedEvictions;

    /// <summary>The same for expiries.</summary>
    public Two OwedExpiries;

    /// <summary>The number of the newest eviction of everything that Redis has not confirmed; 0 for none.</summary>
    public byte OwedAll;

    /// <summary>Whether Redis has not confirmed an eviction of this instance.</summary>
    public readonly bool Owes => (Bits(OwedEvictions) | Bits(OwedExpiries) | OwedAll) != 0;

    public readonly bool HasKnown => !Known.IsNone;

    public readonly bool NeedsRebuild => HasKnown && !IsTrusted;

    public readonly bool IsAt(Stamp stamp) => HasKnown && IsTrusted && Known == stamp;

    public readonly bool Covers(Stamp stamp) => HasKnown && IsTrusted && Known.IsSameLineage(stamp) && Known.Epoch >= stamp.Epoch;

    public void Distrust()
    {
        IsTrusted = false;
        Sync.IsDistrusted = Sync.Phase != SyncPhase.None;
    }

    /// <summary>Takes over an eviction of its own, or one that was announced. False when something before it is not known.</summary>
    public bool Apply(TagInvalidationReply reply, byte evicted, byte expired, Broken broken)
    {
        if (!HasKnown)
            return false;
        if (!Known.IsSameGeneration(reply.After))
        {
            if (!broken.HasFlag(Broken.OtherGenerationIgnored))
                Distrust();
            BeginSync();
            return false;
        }

        var isSameLineage = Known.IsSameLineage(reply.After);
        var isNext = Known == reply.Before || (broken.HasFlag(Broken.AnyMessageCompletes) && reply.After.Epoch > Known.Epoch);
        var isAhead = isSameLineage && !isNext && reply.After.Epoch > Known.Epoch;
        if (!isSameLineage)
            ForgetUnconfirmed();
        else if (isAhead)
            NoteAhead(reply.After, evicted, expired, broken);
        Raise(Spread(evicted, reply.After.Epoch), Spread(expired, reply.After.Epoch), broken);
        if (!isSameLineage)
            Distrust();
        else if (isNext)
            Publish(reply.After, Math.Max(Floor, reply.Floor), broken);
        if (NeedsRebuild)
            BeginSync();
        return !isAhead;
    }

    /// <summary>Lets an eviction that Redis has not confirmed hold in this instance. False when nothing is known that it could be noted in.</summary>
    public bool ApplyUnconfirmed(byte evicted, byte expired, Broken broken)
    {
        if (!broken.HasFlag(Broken.FailedUnordered))
            NoteUnconfirmed(evicted, expired);
        if (OwedAll > 0)
            OwedAll = UnconfirmedCount;
        else if (!broken.HasFlag(Broken.FailedIgnored))
            (OwedEvictions, OwedExpiries) = (Numbered(OwedEvictions, evicted, UnconfirmedCount), Numbered(OwedExpiries, expired, UnconfirmedCount));
        if (!HasKnown)
            return false;
        if (!broken.HasFlag(Broken.FailedIgnored))
            Raise(Spread(evicted, (byte)(Known.Epoch + 1)), Spread(expired, (byte)(Known.Epoch + 1)), broken);
        return true;
    }

    /// <summary>The same for more evictions than can be kept: for everything.</summary>
    public void ApplyUnconfirmedToAll()
    {
        NoteUnconfirmed(0, 0);
        (OwedAll, OwedEvictions, OwedExpiries) = (UnconfirmedCount, default, default);
        Distrust();
    }

    /// <summary>Everything in the partition was evicted in Redis.</summary>
    public void ConfirmAll(byte before)
    {
        Confirm(byte.MaxValue, byte.MaxValue, before);
        if (OwedAll <= before)
            OwedAll = 0;
    }

    /// <summary>Redis has confirmed the retry of evictions that had failed before.</summary>
    public void Confirm(byte evicted, byte expired, byte before)
    {
        for (var tag = 0; tag < Two.Length; tag++)
        {
            if ((evicted & 1 << tag) != 0 && OwedEvictions[tag] <= before)
                OwedEvictions[tag] = 0;
            if ((expired & 1 << tag) != 0 && OwedExpiries[tag] <= before)
                OwedExpiries[tag] = 0;
        }
    }

    private static byte Bits(Two numbers)
    {
        var bits = 0;
        for (var tag = 0; tag < Two.Length; tag++)
            bits |= numbers[tag] > 0 ? 1 << tag : 0;
        return (byte)bits;
    }

    private void NoteAhead(Stamp stamp, byte evicted, byte expired, Broken broken)
    {
        if (!broken.HasFlag(Broken.AheadUnordered))
            NoteUnconfirmed(evicted, expired);
        if (stamp.Epoch > Ahead.Epoch || !stamp.IsSameLineage(Ahead))
            Ahead = stamp;
    }

    private void NoteUnconfirmed(byte evicted, byte expired)
    {
        UnconfirmedCount++;
        UnconfirmedEvictions = Numbered(UnconfirmedEvictions, evicted, UnconfirmedCount);
        UnconfirmedExpiries = Numbered(UnconfirmedExpiries, expired, UnconfirmedCount);
    }

    private static Two Numbered(Two numbers, byte tags, byte number)
    {
        for (var tag = 0; tag < Two.Length; tag++)
        {
            if ((tags & 1 << tag) != 0)
                numbers[tag] = number;
        }

        return numbers;
    }

    private void ForgetUnconfirmed() => (UnconfirmedEvictions, UnconfirmedExpiries) = (default, default);

    /// <summary>Knows everything up to a stamp. Values that were computed ahead of an older one are validated by their version alone from here on.</summary>
    private void Publish(Stamp stamp, byte floor, Broken broken)
    {
        if ((stamp != Known && !broken.HasFlag(Broken.OrderKept)) || broken.HasFlag(Broken.OrderForgotten))
            ForgetUnconfirmed();
        (Known, Floor) = (stamp, floor);
    }

    /// <summary>Validates an entry.</summary>
    public readonly Verdict Validate(Entry entry) =>
        entry.Generation != Known.Generation || entry.Epoch > Known.Epoch ? Verdict.Invalidated : ValidateTags(entry);

    /// <summary>Whether an invalidated entry may be returned to an operation that waited for it: the change came after that operation's first lookup.</summary>
    public readonly bool IsNoOlder(Entry entry, Stamp first) =>
        first.IsSameLineage(Known) && entry.Generation == first.Generation && entry.Epoch >= first.Epoch && entry.Epoch <= Known.Epoch;

    /// <summary>Validates a local copy.</summary>
    public readonly Verdict Validate(Copy copy) =>
        !copy.Version.IsSameLineage(Known) || copy.Version.Epoch > Known.Epoch ? Verdict.Invalidated : ValidateTags(copy.Entry, copy.Unconfirmed);

    private readonly Verdict ValidateTags(Entry entry, byte unconfirmed = 0)
    {
        if (entry.Epoch < Floor)
            return Verdict.Invalidated;
        var verdict = Verdict.Fresh;
        for (var tag = 0; tag < Two.Length; tag++)
        {
            if ((entry.Tags & 1 << tag) == 0)
                continue;
            if (Math.Max(OwedEvictions[tag], OwedAll) > unconfirmed || (EvictedAt[tag] > entry.Epoch && !IsBefore(UnconfirmedEvictions[tag], unconfirmed)))
                return Verdict.Invalidated;
            if (OwedExpiries[tag] > unconfirmed || (ExpiredAt[tag] > entry.Epoch && !IsBefore(UnconfirmedExpiries[tag], unconfirmed)))
                verdict = Verdict.Stale;
        }

        return verdict;
    }

    /// <summary>Whether a tag invalidation above the version of a value was applied before that value began. For values that were computed without Redis.</summary>
    private static bool IsBefore(byte number, byte unconfirmed) => number > 0 && number <= unconfirmed;

    /// <summary>Whether a value is known to be invalidated already.</summary>
    /// <param name="entry">The value.</param>
    /// <param name="unconfirmed">For one that was computed without Redis, the newest number when it began; else 0.</param>
    public readonly bool IsPast(Entry entry, byte unconfirmed = 0)
    {
        for (var tag = 0; tag < Two.Length; tag++)
        {
            if ((entry.Tags & 1 << tag) != 0 && EvictedAt[tag] > entry.Epoch && !IsBefore(UnconfirmedEvictions[tag], unconfirmed))
                return true;
        }

        return entry.Epoch < Floor;
    }

    private void Raise(Two evictedAt, Two expiredAt, Broken broken)
    {
        for (var tag = 0; tag < Two.Length; tag++)
        {
            EvictedAt[tag] = Raised(EvictedAt[tag], evictedAt[tag]);
            ExpiredAt[tag] = Raised(ExpiredAt[tag], expiredAt[tag]);
        }

        byte Raised(byte known, byte epoch) => epoch > 0 && broken.HasFlag(Broken.InvalidationsOverwritten) ? epoch : Math.Max(known, epoch);
    }

    private static Two Spread(byte tags, byte epoch)
    {
        Two epochs = default;
        for (var tag = 0; tag < Two.Length; tag++)
            epochs[tag] = (tags & 1 << tag) != 0 ? epoch : (byte)0;
        return epochs;
    }
}
