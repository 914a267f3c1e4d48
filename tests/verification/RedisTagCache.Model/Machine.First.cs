namespace RedisTagCache.Model;

/// <summary>Lookups of an instance that still reads its first state, page by page: they ask for the tags of their entries.</summary>
internal sealed partial class Machine
{
    /// <summary>The first page has shown that there are others: the lookups that wait for it go on.</summary>
    private void BeginAsking(ref World world, int i, int p)
    {
        for (var o = 0; o < scenario.Ops.Length; o++)
        {
            ref var op = ref world.Ops[o];
            if (op.Phase != Phase.AwaitsSync || op.Next != Phase.Validates || op.Version.IsNone || op.Told != Told.Nothing || scenario.Ops[o].Instance != i || op.Partition != p)
                continue;
            op.Phase = Phase.Validates;
            Step(ref world, o);
        }
    }

    /// <summary>The server's part, at or after the moment at which the entry was read.</summary>
    private void Ask(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        ref var tagState = ref world.Instances[scenario.Ops[o].Instance].TagStates[op.Partition];
        var found = scenario.Broken.HasFlag(Broken.PagesValidate) ? PagesOf(tagState, op.Version)
            : scenario.Broken.HasFlag(Broken.AnswersKept) ? Kept(ref tagState, world.Servers[op.Partition], op.Version)
            : world.Servers[op.Partition].FindTagInvalidations();
        op.Told = ToldBy(found, op, tagState);
        op.Phase = Phase.Told;
    }

    private static Told ToldBy(TagInvalidationPage found, in Op op, in TagState tagState)
    {
        if (found.Stamp.IsNone || !found.Stamp.IsSameLineage(op.Version) || found.Stamp.Epoch < op.Version.Epoch)
            return Told.Unusable;
        var own = new TagState { Known = found.Stamp, Floor = found.Floor, EvictedAt = found.EvictedAt, ExpiredAt = found.ExpiredAt, IsTrusted = true, OwedEvictions = tagState.OwedEvictions, OwedExpiries = tagState.OwedExpiries };
        var verdict = own.Validate(op.Found);
        return verdict != Verdict.Fresh && own.IsNoOlder(op.Found, op.First) ? Told.Awaited
            : verdict switch
            {
                Verdict.Invalidated => Told.Invalidated,
                Verdict.Stale => Told.Stale,
                _ => Told.Fresh,
            };
    }

    private void TakeTold(ref World world, int o)
    {
        switch (world.Ops[o].Told)
        {
            case Told.Unusable:
                world.Ops[o].Phase = Phase.Validates; // as if it had to wait for all of them
                break;
            case Told.Invalidated:
                Miss(ref world, o);
                break;
            case Told.Awaited:
                TakeAwaited(ref world, o);
                break;
            default:
                Hit(ref world, o, world.Ops[o].Told == Told.Fresh ? Verdict.Fresh : Verdict.Stale);
                break;
        }
    }

    private static TagInvalidationPage PagesOf(in TagState tagState, Stamp stamp) =>
        new(stamp, tagState.Sync.PageAgain.Floor) { EvictedAt = tagState.Sync.PageAgain.EvictedAt, ExpiredAt = tagState.Sync.PageAgain.ExpiredAt };

    /// <summary>The first answer, for all later lookups too. It is kept where the state will be, which is empty until then.</summary>
    private static TagInvalidationPage Kept(ref TagState tagState, Server server, Stamp stamp)
    {
        if (tagState.Sync.LostEvictions == 0)
        {
            var found = server.FindTagInvalidations();
            (tagState.Sync.LostEvictions, tagState.Floor, tagState.EvictedAt, tagState.ExpiredAt) = (1, found.Floor, found.EvictedAt, found.ExpiredAt);
        }

        return new TagInvalidationPage(stamp, tagState.Floor) { EvictedAt = tagState.EvictedAt, ExpiredAt = tagState.ExpiredAt };
    }
}
