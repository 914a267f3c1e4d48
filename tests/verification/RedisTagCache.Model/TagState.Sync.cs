namespace RedisTagCache.Model;

internal enum SyncPhase : byte
{
    None,

    /// <summary>Under way to Redis.</summary>
    Asked,

    /// <summary>Redis has answered, and the answer is under way.</summary>
    Answered,

    /// <summary>The evictions that Redis has lost are under way to it.</summary>
    Healing,

    /// <summary>What came of them is asked.</summary>
    AskedAgain,
    AnsweredAgain,
}

/// <summary>A synchronization under way; one at a time.</summary>
internal struct Sync
{
    public SyncPhase Phase;

    /// <summary>Whether there was another disturbance since it began.</summary>
    public bool IsDistrusted;
    public bool IsFull;
    public Stamp Old;
    public byte OldFloor;
    public Stamp Sent;
    public byte From;
    public TagInvalidationPage Page;
    public TagInvalidationPage PageAgain;
    public byte LostHard;
    public byte LostSoft;
}

internal partial struct TagState
{
    public void BeginSync()
    {
        if (Sync.Phase != SyncPhase.None)
            return;
        Sync = new Sync
        {
            Phase = SyncPhase.Asked,
            IsFull = !HasKnown || !IsTrusted,
            Old = Known,
            OldFloor = Floor,
            Sent = NewestSeen(Known),
        };
        Sync.From = Sync.IsFull ? (byte)0 : (byte)(Known.Epoch + 1);
    }

    private readonly Stamp NewestSeen(Stamp known) => Ahead.IsSameLineage(known) && Ahead.Epoch > known.Epoch ? Ahead : known;

    /// <summary>The server's part.</summary>
    public void Ask(ref Server server, byte nonce, Broken broken)
    {
        if (Sync.Phase == SyncPhase.Asked)
        {
            Sync.Page = server.SyncMarks(Sync.Sent, Sync.From, nonce, Sync.OldFloor, broken);
            Sync.Phase = SyncPhase.Answered;
        }
        else
        {
            Sync.PageAgain = server.SyncMarks(Sync.Sent, (byte)(Sync.Page.Stamp.Epoch + 1), nonce, Sync.Page.Floor, broken);
            Sync.Phase = SyncPhase.AnsweredAgain;
        }
    }

    /// <summary>Asks for what came of the repetition.</summary>
    public void AskAgain()
    {
        Sync.Phase = SyncPhase.AskedAgain;
        Sync.Sent = NewestSeen(Sync.Page.Stamp);
    }

    /// <summary>Takes over an answer. False when there are lost evictions to repeat first.</summary>
    public bool Adopt(Broken broken)
    {
        var page = Sync.Page;
        if (!Sync.IsFull && page.Stamp.IsSameLineage(Sync.Sent))
        {
            Raise(page.Hard, page.Soft, broken);
            Finish(new TagInvalidationPage(page.Stamp, page.Floor) { Hard = Hard, Soft = Soft }, isFull: false, broken);
            return true;
        }

        if (Sync.Old.IsSameGeneration(page.Stamp) && !broken.HasFlag(Broken.NothingHealed))
        {
            (Sync.LostHard, Sync.LostSoft) = NotIn(page);
            if ((Sync.LostHard | Sync.LostSoft) != 0)
            {
                Sync.Phase = SyncPhase.Healing;
                return false;
            }
        }

        Finish(page, isFull: true, broken);
        return true;
    }

    /// <summary>Takes over what came of the repetition. False when the server changed again.</summary>
    public bool AdoptAgain(Broken broken)
    {
        var (page, again) = (Sync.Page, Sync.PageAgain);
        if (!again.Stamp.IsSameLineage(Sync.Sent))
        {
            Sync = default;
            return false;
        }

        for (var tag = 0; tag < Two.Length; tag++)
        {
            page.Hard[tag] = Math.Max(page.Hard[tag], again.Hard[tag]);
            page.Soft[tag] = Math.Max(page.Soft[tag], again.Soft[tag]);
        }

        (page.Stamp, page.Floor) = (again.Stamp, again.Floor);
        Finish(page, isFull: true, broken);
        return true;
    }

    private void Finish(TagInvalidationPage read, bool isFull, Broken broken)
    {
        if (HasKnown && Known.IsSameGeneration(read.Stamp))
        {
            if (isFull)
            {
                var (hard, soft) = NotIn(read);
                for (var tag = 0; tag < Two.Length; tag++)
                {
                    read.Hard[tag] = (hard & 1 << tag) != 0 ? Hard[tag] : read.Hard[tag];
                    read.Soft[tag] = (soft & 1 << tag) != 0 ? Soft[tag] : read.Soft[tag];
                }
            }
            else if (Known.IsSameLineage(read.Stamp) && Known.Epoch > read.Stamp.Epoch && !isFull)
            {
                read.Stamp = Known;
            }

            read.Floor = Math.Max(read.Floor, Floor);
        }

        Publish(read.Stamp, read.Floor, broken);
        (Hard, Soft) = (read.Hard, read.Soft);
        IsTrusted = !Sync.IsDistrusted;
        Sync = default;
    }

    /// <summary>The tags whose marks stand higher here than there, and above the floor there.</summary>
    private readonly (byte Hard, byte Soft) NotIn(TagInvalidationPage page)
    {
        var (lostHard, lostSoft) = (0, 0);
        for (var tag = 0; tag < Two.Length; tag++)
        {
            if (Hard[tag] > Math.Max(page.Hard[tag], page.Floor))
                lostHard |= 1 << tag;
            if (Soft[tag] > Math.Max(Math.Max(page.Soft[tag], page.Hard[tag]), page.Floor))
                lostSoft |= 1 << tag;
        }

        return ((byte)lostHard, (byte)lostSoft);
    }
}
