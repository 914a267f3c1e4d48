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
        Raise(Spread(hard, reply.After.Epoch), Spread(soft, reply.After.Epoch), broken);
        var isComplete = true;
        if (!Known.IsSameLineage(reply.After))
        {
            Distrust();
        }
        else if (Known == reply.Before || (broken.HasFlag(Broken.AnyMessageCompletes) && reply.After.Epoch > Known.Epoch))
        {
            Known = reply.After;
            Floor = Math.Max(Floor, reply.Floor);
        }
        else if (reply.After.Epoch > Known.Epoch)
        {
            if (reply.After.Epoch > Ahead.Epoch || !reply.After.IsSameLineage(Ahead))
                Ahead = reply.After;
            isComplete = false;
        }

        if (NeedsRebuild)
            BeginSync();
        return isComplete;
    }

    /// <summary>What an entry is worth.</summary>
    public readonly Verdict Judge(Entry entry) =>
        entry.Generation != Known.Generation || entry.Epoch > Known.Epoch ? Verdict.Dead : JudgeByMarks(entry);

    /// <summary>Whether an entry that is dead may be returned to an operation that waited for it: what ended it came after that operation's first look.</summary>
    public readonly bool IsNoOlder(Entry entry, Stamp first) =>
        first.IsSameLineage(Known) && entry.Generation == first.Generation && entry.Epoch >= first.Epoch && entry.Epoch <= Known.Epoch;

    /// <summary>What a copy in memory is worth.</summary>
    public readonly Verdict Judge(Copy copy) =>
        !copy.Token.IsSameLineage(Known) || copy.Token.Epoch > Known.Epoch ? Verdict.Dead : JudgeByMarks(copy.Entry);

    private readonly Verdict JudgeByMarks(Entry entry)
    {
        if (entry.Epoch < Floor)
            return Verdict.Dead;
        var verdict = Verdict.Fresh;
        for (var tag = 0; tag < Two.Length; tag++)
        {
            if ((entry.Tags & 1 << tag) == 0)
                continue;
            if (Hard[tag] > entry.Epoch)
                return Verdict.Dead;
            if (Soft[tag] > entry.Epoch)
                verdict = Verdict.Stale;
        }

        return verdict;
    }

    /// <summary>Whether a value is known to be dead already.</summary>
    public readonly bool IsPast(Entry entry)
    {
        for (var tag = 0; tag < Two.Length; tag++)
        {
            if ((entry.Tags & 1 << tag) != 0 && Hard[tag] > entry.Epoch)
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
