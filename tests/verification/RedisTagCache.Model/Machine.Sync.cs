namespace RedisTagCache.Model;

internal sealed partial class Machine
{
    private void Sync(ref World world, int i, int p)
    {
        ref var tagState = ref world.Instances[i].TagStates[p];
        switch (tagState.Sync.Phase)
        {
            case SyncPhase.Asked or SyncPhase.Recovering or SyncPhase.AskedAgain when IsAtFault(world, i):
                tagState.Sync = default;
                EndWaits(ref world, i, p, isKnown: false);
                break;
            case SyncPhase.Asked or SyncPhase.AskedAgain:
                tagState.Ask(ref world.Servers[p], (byte)(world.Nonce + 1), scenario.Broken, scenario.PageSize);
                if (world.Servers[p].Stamp.Generation > world.Nonce)
                    world.Nonce = world.Servers[p].Stamp.Generation;
                break;
            case SyncPhase.Answered:
                if (tagState.Adopt(scenario.Broken))
                    EndWaits(ref world, i, p, isKnown: true);
                else if (tagState.Sync.IsLong)
                    BeginAsking(ref world, i, p);
                break;
            case SyncPhase.Recovering:
                Recover(ref world, i, p);
                break;
            case SyncPhase.AnsweredAgain:
                EndWaits(ref world, i, p, tagState.AdoptAgain(scenario.Broken));
                break;
            default:
                throw new InvalidOperationException();
        }
    }

    private void Recover(ref World world, int i, int p)
    {
        ref var tagState = ref world.Instances[i].TagStates[p];
        var (evicted, expired) = (tagState.Sync.LostEvictions, tagState.Sync.LostExpiries);
        var reply = Invalidate(ref world, p, evicted, expired);
        if (reply.IsRejected)
        {
            tagState.Sync = default;
            EndWaits(ref world, i, p, isKnown: false);
            return;
        }

        tagState.AskAgain();
        for (var o = 0; o < scenario.Ops.Length; o++)
        {
            var op = scenario.Ops[o];
            if ((op.Kind == OpKind.Evict && (op.Tags & ~evicted) == 0) || (op.Kind == OpKind.Expire && (op.Tags & ~expired) == 0))
            {
                world.Servers[p].Applied |= (byte)(world.Started & 1 << o);
                world.InForce |= (byte)(world.Returned & 1 << o);
            }
        }
    }

    /// <summary>The script, and its announcement.</summary>
    private TagInvalidationReply Invalidate(ref World world, int p, byte evicted, byte expired)
    {
        var reply = world.Servers[p].Invalidate(evicted, expired, scenario.MaxTagInvalidations, scenario.Broken);
        if (world.Servers[p].CountTagInvalidations() > scenario.MaxTagInvalidations)
            world.Violation = Violation.TooManyTagInvalidations;
        if (!reply.IsRejected)
            Announce(ref world, new Message { Kind = MessageKind.TagInvalidations, Partition = (byte)p, Invalidation = reply, Evicted = evicted, Expired = expired });
        return reply;
    }

    /// <summary>The operations that waited for a synchronization go on.</summary>
    private void EndWaits(ref World world, int i, int p, bool isKnown)
    {
        // An instance that has compared its tag state with Redis has retried the evictions that were lost.
        if (isKnown && !world.Instances[i].IsUnaware && world.Instances[i].TagStates[p].IsTrusted)
            world.InForce |= OwnEvictions(world, i);
        for (var o = 0; o < scenario.Ops.Length; o++)
        {
            ref var op = ref world.Ops[o];
            if (op.Phase != Phase.AwaitsSync || scenario.Ops[o].Instance != i || op.Partition != p)
                continue;
            op.Phase = op.Next;
            if (!isKnown)
                Fail(ref world, o);
            else if (op.Phase == Phase.Validates)
                Step(ref world, o);
            else if (op.Phase == Phase.Replaces)
            {
                // Nothing was known when it was called: it counts as started when Redis has first answered. docs/known-limitations.md, known limitation 7.
                Stamp(ref op, world.Instances[i].TagStates[p].Known);
                op.Found.Seen = world.Started;
            }
        }

        ref var poll = ref world.Instances[i].Poll;
        if (poll.Phase != PollPhase.AwaitsTagState || p != 0)
            return;
        if (isKnown)
            CoverPoll(ref world, i);
        else
            poll = default;
    }
}
