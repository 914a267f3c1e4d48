using System.Runtime.CompilerServices;

namespace RedisTagCache.Model;

[InlineArray(Two.Length)]
internal struct TagStates
{
    private TagState _first;
}

internal enum Verdict : byte
{
    Dead,
    Stale,
    Fresh,
}

/// <summary>An instance's copy of a partition's marks.</summary>
internal partial struct TagState
{
    public Stamp Known;
    public byte Floor;
    public Two Hard;
    public Two Soft;
    public bool IsTrusted;
    public Stamp Ahead;
    public Sync Sync;

    /// <summary>By tag, the number of the newest eviction that was taken over ahead of what Redis had told; 0 for none since it last told anything new.</summary>
    public Two UnconfirmedHard;

    /// <summary>The same for expiries.</summary>
    public Two UnconfirmedSoft;

    /// <summary>The newest of these numbers.</summary>
    public byte UnconfirmedCount;

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
    public bool Apply(TagInvalidationReply reply, byte hard, byte soft, Broken broken)
    {
        if (!HasKnown || !Known.IsSameGeneration(reply.After))
            return false;
        var isSameLineage = Known.IsSameLineage(reply.After);
        var isNext = Known == reply.Before || (broken.HasFlag(Broken.AnyMessageCompletes) && reply.After.Epoch > Known.Epoch);
        var isAhead = isSameLineage && !isNext && reply.After.Epoch > Known.Epoch;
        if (!isSameLineage)
            ForgetUnconfirmed();
        else if (isAhead)
            NoteAhead(reply.After, hard, soft, broken);
        Raise(Spread(hard, reply.After.Epoch), Spread(soft, reply.After.Epoch), broken);
        if (!isSameLineage)
            Distrust();
        else if (isNext)
            Publish(reply.After, Math.Max(Floor, reply.Floor), broken);
        if (NeedsRebuild)
            BeginSync();
        return !isAhead;
    }

    /// <summary>Lets an eviction that Redis has not confirmed hold in this instance. False when nothing is known that it could be noted in.</summary>
    public bool ApplyUnconfirmed(byte hard, byte soft, Broken broken)
    {
        if (!HasKnown)
            return false;
        if (!broken.HasFlag(Broken.FailedUnordered))
            NoteUnconfirmed(hard, soft);
        if (!broken.HasFlag(Broken.FailedIgnored))
            Raise(Spread(hard, (byte)(Known.Epoch + 1)), Spread(soft, (byte)(Known.Epoch + 1)), broken);
        return true;
    }

    private void NoteAhead(Stamp stamp, byte hard, byte soft, Broken broken)
    {
        if (!broken.HasFlag(Broken.AheadUnordered))
            NoteUnconfirmed(hard, soft);
        if (stamp.Epoch > Ahead.Epoch || !stamp.IsSameLineage(Ahead))
            Ahead = stamp;
    }

    private void NoteUnconfirmed(byte hard, byte soft)
    {
        UnconfirmedCount++;
        for (var tag = 0; tag < Two.Length; tag++)
        {
            if ((hard & 1 << tag) != 0)
                UnconfirmedHard[tag] = UnconfirmedCount;
            if ((soft & 1 << tag) != 0)
                UnconfirmedSoft[tag] = UnconfirmedCount;
        }
    }

    private void ForgetUnconfirmed() => (UnconfirmedHard, UnconfirmedSoft) = (default, default);

    /// <summary>Knows everything up to a stamp. What was computed ahead of an older one is judged by its token alone from here on.</summary>
    private void Publish(Stamp stamp, byte floor, Broken broken)
    {
        if ((stamp != Known && !broken.HasFlag(Broken.OrderKept)) || broken.HasFlag(Broken.OrderForgotten))
            ForgetUnconfirmed();
        (Known, Floor) = (stamp, floor);
    }

    /// <summary>What an entry is worth.</summary>
    public readonly Verdict Judge(Entry entry) =>
        entry.Generation != Known.Generation || entry.Epoch > Known.Epoch ? Verdict.Dead : JudgeByMarks(entry);

    /// <summary>Whether an entry that is dead may be returned to an operation that waited for it: what ended it came after that operation's first look.</summary>
    public readonly bool IsNoOlder(Entry entry, Stamp first) =>
        first.IsSameLineage(Known) && entry.Generation == first.Generation && entry.Epoch >= first.Epoch && entry.Epoch <= Known.Epoch;

    /// <summary>What a copy in memory is worth.</summary>
    public readonly Verdict Judge(Copy copy) =>
        !copy.Token.IsSameLineage(Known) || copy.Token.Epoch > Known.Epoch ? Verdict.Dead : JudgeByMarks(copy.Entry, copy.Unconfirmed);

    private readonly Verdict JudgeByMarks(Entry entry, byte unconfirmed = 0)
    {
        if (entry.Epoch < Floor)
            return Verdict.Dead;
        var verdict = Verdict.Fresh;
        for (var tag = 0; tag < Two.Length; tag++)
        {
            if ((entry.Tags & 1 << tag) == 0)
                continue;
            if (Hard[tag] > entry.Epoch && !IsBefore(UnconfirmedHard[tag], unconfirmed))
                return Verdict.Dead;
            if (Soft[tag] > entry.Epoch && !IsBefore(UnconfirmedSoft[tag], unconfirmed))
                verdict = Verdict.Stale;
        }

        return verdict;
    }

    /// <summary>Whether a mark above a value's token was taken over before the value, which was computed without Redis, began.</summary>
    private static bool IsBefore(byte number, byte unconfirmed) => number > 0 && number <= unconfirmed;

    /// <summary>Whether a value is known to be dead already.</summary>
    /// <param name="entry">The value.</param>
    /// <param name="unconfirmed">For one that was computed without Redis, the newest number when it began; else 0.</param>
    public readonly bool IsPast(Entry entry, byte unconfirmed = 0)
    {
        for (var tag = 0; tag < Two.Length; tag++)
        {
            if ((entry.Tags & 1 << tag) != 0 && Hard[tag] > entry.Epoch && !IsBefore(UnconfirmedHard[tag], unconfirmed))
                return true;
        }

        return entry.Epoch < Floor;
    }

    private void Raise(Two hard, Two soft, Broken broken)
    {
        for (var tag = 0; tag < Two.Length; tag++)
        {
            Hard[tag] = Raised(Hard[tag], hard[tag]);
            Soft[tag] = Raised(Soft[tag], soft[tag]);
        }

        byte Raised(byte mark, byte epoch) => epoch > 0 && broken.HasFlag(Broken.MarksOverwritten) ? epoch : Math.Max(mark, epoch);
    }

    private static Two Spread(byte tags, byte epoch)
    {
        Two marks = default;
        for (var tag = 0; tag < Two.Length; tag++)
            marks[tag] = (tags & 1 << tag) != 0 ? epoch : (byte)0;
        return marks;
    }
}
