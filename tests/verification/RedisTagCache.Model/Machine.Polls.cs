namespace RedisTagCache.Model;

internal sealed partial class Machine
{
    private bool IsPollOfUse(in World world, int i)
    {
        ref readonly var instance = ref world.Instances[i];
        if (instance.IsDown)
            return false;
        var hasReaders = false;
        for (var o = 0; o < scenario.Ops.Length; o++)
        {
            var isReader = scenario.Ops[o].Instance == i && scenario.Ops[o].Kind is OpKind.Get or OpKind.GetStrictly && world.Ops[o].Phase != Phase.Done;
            if (isReader && world.Ops[o].Phase == Phase.Landed && !world.Ops[o].HasPolled)
                return true;
            hasReaders |= isReader;
        }

        return hasReaders && (!instance.IsCurrent || instance.Removals.Known != world.Servers[0].LastRemoval || !instance.TagStates[0].IsAt(world.Servers[0].Stamp)
            || (world.InForce & ~instance.Due) != 0);
    }

    /// <summary>The poll of every second.</summary>
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
                    instance.TagStates[0].BeginSync();
                    poll.Phase = PollPhase.AwaitsTagState;
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
        ref var tagState = ref instance.TagStates[0];
        if (!poll.Stamp.IsNone && !tagState.IsAt(poll.Stamp))
        {
            if (!tagState.Covers(poll.Stamp))
            {
                if (poll.Syncs++ == MaxSyncs)
                {
                    poll = default;
                    return;
                }

                tagState.BeginSync();
                poll.Phase = PollPhase.AwaitsTagState;
                return;
            }

            if (tagState.Known.Epoch > poll.Stamp.Epoch)
                tagState.BeginSync();
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
                world.Ops[o].HasPolled = true;
        }

        instance.Poll = default;
    }
}
