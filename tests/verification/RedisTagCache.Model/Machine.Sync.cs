namespace RedisTagCache.Model;

internal sealed partial class Machine
{
    private void Sync(ref World world, int i, int p)
    {
        ref var tagState = ref world.Instances[i].TagStates[p];
        switch (tagState.Sync.Phase)
        {
            case SyncPhase.Asked or SyncPhase.Healing or SyncPhase.AskedAgain when IsAtFault(world, i):
                tagState.Sync = default;
                EndWaits(ref world, i, p, isKnown: false);
                break;
            case SyncPhase.Asked or SyncPhase.AskedAgain:
                tagState.Ask(ref world.Servers[p], (byte)(world.Nonce + 1), scenario.Broken);
                if (world.Servers[p].Stamp.Generation > world.Nonce)
                    world.Nonce = world.Servers[p].Stamp.Generation;
                break;
            case SyncPhase.Answered:
                if (tagState.Adopt(scenario.Broken))
                    EndWaits(ref world, i, p, isKnown: true);
                break;
            case SyncPhase.Healing:
                Heal(ref world, i, p);
                break;
            case SyncPhase.AnsweredAgain:
                EndWaits(ref world, i, p, tagState.AdoptAgain(scenario.Broken));
                break;
            default:
                throw new InvalidOperationException();
        }
    }

    private void Heal(ref World world, int i, int p)
    {
        ref var tagState = ref world.Instances[i].TagStates[p];
        var (hard, soft) = (tagState.Sync.LostHard, tagState.Sync.LostSoft);
        var reply = Mark(ref world, p, hard, soft);
        if (reply.IsRefused)
        {
            tagState.Sync = default;
            EndWaits(ref world, i, p, isKnown: false);
            return;
        }

        tagState.AskAgain();
        for (var o = 0; o < scenario.Ops.Length; o++)
        {
            var op = scenario.Ops[o];
            if ((op.Kind == OpKind.Evict && (op.Tags & ~hard) == 0) || (op.Kind == OpKind.Expire && (op.Tags & ~soft) == 0))
            {
                world.Servers[p].Applied |= (byte)(world.Started & 1 << o);
                world.InForce |= (byte)(world.Returned & 1 << o);
            }
        }
    }

    /// <summary>The script, and its announcement.</summary>
    private TagInvalidationReply Mark(ref World world, int p, byte hard, byte soft)
    {
        var reply = world.Servers[p].Mark(hard, soft, scenario.MostMarks, scenario.Broken);
        if (world.Servers[p].CountMarks() > scenario.MostMarks)
            world.Violation = Violation.TooManyMarks;
        if (!reply.IsRefused)
            Announce(ref world, new Message { Kind = MessageKind.Marks, Partition = (byte)p, Marks = reply, Hard = hard, Soft = soft });
        return reply;
    }

    /// <summary>Those who waited for a synchronization go on.</summary>
    private void EndWaits(ref World world, int i, int p, bool isKnown)
    {
        // Who has compared what it knows with what Redis has, has repeated what was lost.
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
            else if (op.Phase == Phase.Judges)
                Step(ref world, o);
            else if (op.Phase == Phase.Replaces)
            {
                // Nothing was known when it was called: it counts as started when Redis has first answered. docs/consistency.md, hole 7.
                Stamp(ref op, world.Instances[i].TagStates[p].Known);
                op.Found.Seen = world.Started;
            }
        }

        ref var poll = ref world.Instances[i].Poll;
        if (poll.Phase != PollPhase.AwaitsMarks || p != 0)
            return;
        if (isKnown)
            CoverPoll(ref world, i);
        else
            poll = default;
    }
}
