namespace RedisTagCache.Model;

internal sealed partial class Machine
{
    private void Sync(ref World world, int i, int p)
    {
        ref var mirror = ref world.Instances[i].Mirrors[p];
        switch (mirror.Sync.Phase)
        {
            case SyncPhase.Asked or SyncPhase.Healing or SyncPhase.AskedAgain when IsAtFault(world, i):
                mirror.Sync = default;
                EndWaits(ref world, i, p, isKnown: false);
                break;
            case SyncPhase.Asked or SyncPhase.AskedAgain:
                mirror.Ask(ref world.Servers[p], (byte)(world.Nonce + 1), scenario.Broken);
                if (world.Servers[p].Stamp.Generation > world.Nonce)
                    world.Nonce = world.Servers[p].Stamp.Generation;
                break;
            case SyncPhase.Answered:
                if (mirror.Adopt(scenario.Broken))
                    EndWaits(ref world, i, p, isKnown: true);
                break;
            case SyncPhase.Healing:
                Heal(ref world, i, p);
                break;
            case SyncPhase.AnsweredAgain:
                EndWaits(ref world, i, p, mirror.AdoptAgain(scenario.Broken));
                break;
            default:
                throw new InvalidOperationException();
        }
    }

    private void Heal(ref World world, int i, int p)
    {
        ref var mirror = ref world.Instances[i].Mirrors[p];
        var (hard, soft) = (mirror.Sync.LostHard, mirror.Sync.LostSoft);
        var reply = Mark(ref world, p, hard, soft);
        if (reply.IsRefused)
        {
            mirror.Sync = default;
            EndWaits(ref world, i, p, isKnown: false);
            return;
        }

        mirror.Sync.Phase = SyncPhase.AskedAgain;
        for (var o = 0; o < scenario.Ops.Length; o++)
        {
            var op = scenario.Ops[o];
            if ((op.Kind == OpKind.Evict && (op.Tags & ~hard) == 0) || (op.Kind == OpKind.Expire && (op.Tags & ~soft) == 0))
            {
                world.Servers[p].Applied |= (byte)(world.Begun & 1 << o);
                world.InForce |= (byte)(world.Returned & 1 << o);
            }
        }
    }

    /// <summary>The script, and its announcement.</summary>
    private MarkReply Mark(ref World world, int p, byte hard, byte soft)
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
        if (isKnown && !world.Instances[i].IsUnaware && world.Instances[i].Mirrors[p].IsTrusted)
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
                // Nothing was known when it was called: it counts as begun when Redis has first answered. docs/consistency.md, hole 7.
                Stamp(ref op, world.Instances[i].Mirrors[p].Known);
                op.Found.Seen = world.Begun;
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

    private void Announce(ref World world, Message message)
    {
        if (!scenario.HasMessages)
            return;
        for (var m = 0; m < Messages.Most; m++)
        {
            if (world.Messages[m].Kind != MessageKind.None)
                continue;
            world.Messages[m] = message;
            world.Messages[m].To = (byte)((1 << scenario.Instances) - 1);
            return;
        }

        throw new InvalidOperationException("More announcements than there is room for.");
    }

    private void Deliver(ref World world, int m, int i)
    {
        ref var message = ref world.Messages[m];
        ref var instance = ref world.Instances[i];
        ref var mirror = ref instance.Mirrors[message.Partition];
        if (message.Kind == MessageKind.Marks)
        {
            if (!mirror.Apply(message.Marks, message.Hard, message.Soft, scenario.Broken))
                mirror.BeginSync();
        }
        else
        {
            Hear(ref instance, message.Before, message.Number, message.Key);
        }

        message.To &= (byte)~(1 << i);
        if (message.To == 0)
            message = default;
    }

    private static void Hear(ref Instance instance, byte before, byte number, int key)
    {
        instance.Removals.Hear(before, number, key);
        Drop(ref instance, key, number);
    }

    private static void Drop(ref Instance instance, int key, byte number)
    {
        if (instance.Copies[key].Removal < number)
            instance.Copies[key] = default;
    }

    private bool IsPollOfUse(in World world, int i)
    {
        ref readonly var instance = ref world.Instances[i];
        if (instance.IsDown)
            return false;
        var hasReaders = false;
        for (var o = 0; o < scenario.Ops.Length; o++)
        {
            var isReader = scenario.Ops[o].Instance == i && scenario.Ops[o].Kind is OpKind.Get or OpKind.GetStrictly && world.Ops[o].Phase != Phase.Done;
            if (isReader && world.Ops[o].Phase == Phase.Landed && !world.Ops[o].HasLooked)
                return true;
            hasReaders |= isReader;
        }

        return hasReaders && (!instance.IsCurrent || instance.Removals.Known != world.Servers[0].LastRemoval || !instance.Mirrors[0].IsAt(world.Servers[0].Stamp)
            || (world.InForce & ~instance.Due) != 0);
    }

    /// <summary>The look of every second.</summary>
    private void Poll(ref World world, int i)
    {
        ref var instance = ref world.Instances[i];
        ref var poll = ref instance.Poll;
        switch (poll.Phase)
        {
            case PollPhase.None:
                poll = new Poll { Phase = PollPhase.Asked, InForce = world.InForce };
                for (var o = 0; o < scenario.Ops.Length; o++)
                {
                    if (scenario.Ops[o].Instance == i && world.Ops[o].Phase is Phase.Joined or Phase.Landed)
                        poll.Joined |= (byte)(1 << o);
                }

                break;
            case PollPhase.Asked or PollPhase.AsksRemovals when instance.IsDown:
                poll = default;
                break;
            case PollPhase.Asked:
                poll.Stamp = world.Servers[0].Stamp;
                poll.Removal = world.Servers[0].LastRemoval;
                poll.Phase = PollPhase.Answered;
                break;
            case PollPhase.Answered:
                if (poll.Stamp.IsNone)
                {
                    instance.Mirrors[0].BeginSync();
                    poll.Phase = PollPhase.AwaitsMarks;
                }
                else
                {
                    CoverPoll(ref world, i);
                }

                break;
            case PollPhase.AsksRemovals:
                poll.Page = world.Servers[0].SyncRemovals(poll.Asked == RemovalLog.Unknown ? (byte)0 : poll.Asked);
                poll.Phase = PollPhase.HasRemovals;
                break;
            case PollPhase.HasRemovals:
                AdoptRemovals(ref instance);
                EndPoll(ref world, i);
                break;
            default:
                throw new InvalidOperationException();
        }
    }

    private void CoverPoll(ref World world, int i)
    {
        ref var instance = ref world.Instances[i];
        ref var poll = ref instance.Poll;
        ref var mirror = ref instance.Mirrors[0];
        if (!poll.Stamp.IsNone && !mirror.IsAt(poll.Stamp))
        {
            if (!mirror.Covers(poll.Stamp))
            {
                if (poll.Syncs++ == MostSyncs)
                {
                    poll = default;
                    return;
                }

                mirror.BeginSync();
                poll.Phase = PollPhase.AwaitsMarks;
                return;
            }

            if (mirror.Known.Epoch > poll.Stamp.Epoch)
                mirror.BeginSync();
        }

        if (poll.Removal == instance.Removals.Known)
        {
            EndPoll(ref world, i);
            return;
        }

        poll.Asked = instance.Removals.Known;
        poll.Phase = PollPhase.AsksRemovals;
    }

    private void AdoptRemovals(ref Instance instance)
    {
        var page = instance.Poll.Page;
        var isWhole = instance.Removals.Adopt(instance.Poll.Asked, page);
        for (var key = 0; key < Two.Length; key++)
        {
            if (!isWhole && !scenario.Broken.HasFlag(Broken.RemovalsIgnored))
                instance.Copies[key] = default;
            else if (page.Numbers[key] > 0)
                Drop(ref instance, key, page.Numbers[key]);
        }
    }

    private void EndPoll(ref World world, int i)
    {
        ref var instance = ref world.Instances[i];
        instance.IsCurrent = true;
        instance.Due |= instance.Poll.InForce;
        for (var o = 0; o < scenario.Ops.Length; o++)
        {
            if ((instance.Poll.Joined & 1 << o) != 0)
                world.Ops[o].HasLooked = true;
        }

        instance.Poll = default;
    }
}
