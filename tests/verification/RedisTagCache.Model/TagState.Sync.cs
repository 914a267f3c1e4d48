namespace RedisTagCache.Model;

internal enum SyncPhase : byte
{
    None,

    /// <summary>Under way to Redis.</summary>
    Asked,

    /// <summary>Redis has replied, and the reply is under way.</summary>
    Answered,

    /// <summary>The evictions that Redis has lost are under way to it.</summary>
    Recovering,

    /// <summary>Their effect is being read.</summary>
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
    public byte LostEvictions;
    public byte LostExpiries;

    /// <summary>Whether it is the first one, and has shown that there is more than one page: lookups ask for the tags of their entries in the meantime.</summary>
    public bool IsLong;
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
    /// <param name="server">The server.</param>
    /// <param name="nonce">The name of a new generation.</param>
    /// <param name="broken">What is left out.</param>
    /// <param name="pageSize">The maximum number of tag invalidations in the reply; 0 for no maximum.</param>
    public void Ask(ref Server server, byte nonce, Broken broken, byte pageSize = 0)
    {
        if (Sync.Phase == SyncPhase.Asked)
        {
            Sync.Page = server.SyncTagInvalidations(Sync.Sent, Sync.From, nonce, Sync.OldFloor, broken);
            if (pageSize > 0)
                Sync.Page.Limit(pageSize);
            Sync.Phase = SyncPhase.Answered;
        }
        else
        {
            Sync.PageAgain = server.SyncTagInvalidations(Sync.Sent, (byte)(Sync.Page.Stamp.Epoch + 1), nonce, Sync.Page.Floor, broken);
            Sync.Phase = SyncPhase.AnsweredAgain;
        }
    }

    /// <summary>Reads the effect of the retry.</summary>
    public void AskAgain()
    {
        Sync.Phase = SyncPhase.AskedAgain;
        Sync.Sent = NewestSeen(Sync.Page.Stamp);
    }

    /// <summary>Takes over a reply. Returns false if there is another page to read, or if there are lost evictions to retry first.</summary>
    public bool Adopt(Broken broken)
    {
        TakePage();
        if (Sync.Page.HasMore && !broken.HasFlag(Broken.FirstPageIsAll))
        {
            Sync.IsFull |= !Sync.Page.Stamp.IsSameLineage(Sync.Sent);
            if (!Sync.IsFull)
                Raise(Sync.Page.EvictedAt, Sync.Page.ExpiredAt, broken);
            (Sync.Phase, Sync.IsLong, Sync.Sent, Sync.From) = (SyncPhase.Asked, !HasKnown, Sync.Page.Stamp, Sync.Page.Highest());
            (Sync.PageAgain, Sync.Page) = (Sync.Page, default);
            return false;
        }

        var page = Sync.Page;
        if (!Sync.IsFull && page.Stamp.IsSameLineage(Sync.Sent))
        {
            Raise(page.EvictedAt, page.ExpiredAt, broken);
            Finish(new TagInvalidationPage(page.Stamp, page.Floor) { EvictedAt = EvictedAt, ExpiredAt = ExpiredAt }, isFull: false, broken);
            return true;
        }

        if (Sync.Old.IsSameGeneration(page.Stamp) && !broken.HasFlag(Broken.NothingRecovered))
        {
            (Sync.LostEvictions, Sync.LostExpiries) = NotIn(page);
            if ((Sync.LostEvictions | Sync.LostExpiries) != 0)
            {
                Sync.Phase = SyncPhase.Recovering;
                return false;
            }
        }

        Finish(page, isFull: true, broken);
        return true;
    }

    /// <summary>Adds the pages that were read before, unless the server has started again with the lowest.</summary>
    private void TakePage()
    {
        if (Sync.PageAgain.Stamp.IsNone)
            return;
        var before = Sync.PageAgain;
        Sync.PageAgain = default;
        if (!Sync.Page.Stamp.IsSameLineage(Sync.Sent))
        {
            Sync.IsFull = true;
            return;
        }

        for (var tag = 0; tag < Two.Length; tag++)
        {
            Sync.Page.EvictedAt[tag] = Math.Max(Sync.Page.EvictedAt[tag], before.EvictedAt[tag]);
            Sync.Page.ExpiredAt[tag] = Math.Max(Sync.Page.ExpiredAt[tag], before.ExpiredAt[tag]);
        }
    }

    /// <summary>Takes over the effect of the retry. Returns false if the server changed again.</summary>
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
            page.EvictedAt[tag] = Math.Max(page.EvictedAt[tag], again.EvictedAt[tag]);
            page.ExpiredAt[tag] = Math.Max(page.ExpiredAt[tag], again.ExpiredAt[tag]);
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
                var (evicted, expired) = NotIn(read);
                for (var tag = 0; tag < Two.Length; tag++)
                {
                    read.EvictedAt[tag] = (evicted & 1 << tag) != 0 ? EvictedAt[tag] : read.EvictedAt[tag];
                    read.ExpiredAt[tag] = (expired & 1 << tag) != 0 ? ExpiredAt[tag] : read.ExpiredAt[tag];
                }
            }
            else if (Known.IsSameLineage(read.Stamp) && Known.Epoch > read.Stamp.Epoch && !isFull)
            {
                read.Stamp = Known;
            }

            read.Floor = Math.Max(read.Floor, Floor);
        }

        (EvictedAt, ExpiredAt) = (read.EvictedAt, read.ExpiredAt);
        Publish(read.Stamp, read.Floor, broken);
        IsTrusted = !Sync.IsDistrusted;
        Sync = default;
    }

    /// <summary>The tags whose invalidations are higher here than there, and above the floor there.</summary>
    private readonly (byte Evicted, byte Expired) NotIn(TagInvalidationPage page)
    {
        var (lostEvictions, lostExpiries) = (0, 0);
        for (var tag = 0; tag < Two.Length; tag++)
        {
            if (EvictedAt[tag] > Math.Max(page.EvictedAt[tag], page.Floor))
                lostEvictions |= 1 << tag;
            if (ExpiredAt[tag] > Math.Max(Math.Max(page.ExpiredAt[tag], page.EvictedAt[tag]), page.Floor))
                lostExpiries |= 1 << tag;
        }

        return ((byte)lostEvictions, (byte)lostExpiries);
    }
}
