namespace RedisTagCache.Model;

internal sealed partial class Machine
{
    /// <summary>Redis does not confirm an eviction: it throws, holds in its own instance, and may be retried.</summary>
    private void FailEviction(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var plan = scenario.Ops[o];
        var change = (byte)(1 << o);
        if (UsesOutbox(o))
        {
            LeaveRow(ref world, o);
            return;
        }

        op.Phase = scenario.HasRetries ? Phase.Retries : Phase.Done;
        if (!scenario.Faults.HasFlag(Faults.Silence) || (world.Failed & change) != 0)
            return; // elsewhere it has promised nothing, which keeps the number of states small
        ref var instance = ref world.Instances[plan.Instance];
        world.Failed |= change;
        var (evicted, expired) = plan.Kind == OpKind.Evict ? (plan.Tags, (byte)0) : ((byte)0, plan.Tags);
        if (!instance.TagStates[op.Partition].ApplyUnconfirmed(evicted, expired, scenario.Broken))
            ForgetAll(ref world, plan.Instance);
    }

    /// <summary>Nothing is known that an eviction could be noted in: everything counts as evicted.</summary>
    private void ForgetAll(ref World world, int i)
    {
        world.Instances[i].Removals.Forget();
        world.Instances[i].Copies = default;
        for (var o = 0; o < scenario.Ops.Length; o++)
        {
            if (scenario.Ops[o].Instance == i)
                world.Ops[o].IsDetached |= world.Ops[o].Phase is not (Phase.Idle or Phase.Done);
        }
    }

    /// <summary>Whether Redis would take a value for evicted, since it cannot know which evictions came before it: it is stored in the process alone.</summary>
    private bool IsForThisProcess(in World world, int o)
    {
        ref readonly var op = ref world.Ops[o];
        var plan = scenario.Ops[o];
        ref readonly var instance = ref world.Instances[plan.Instance];
        return op.Moment.Unconfirmed > 0 && instance.TagStates[op.Partition].IsPast(op.Found)
            && IsLive(instance, op.Partition, plan.Key, op.Found, op.Moment);
    }

    /// <summary>The evictions of an instance that have failed.</summary>
    private byte FailedEvictions(in World world, int instance) => (byte)(EvictionsBy(instance) & world.Failed);

    /// <summary>An eviction that failed applies at once in its own instance, for values that began before it.</summary>
    private void CheckFailed(ref World world, Violation violation, byte failed, OpPlan plan, Entry entry) => Check(ref world, violation, failed, plan.Key, entry, isFresh: false);

    /// <summary>A local copy is dropped only for a reason: it was invalidated, or this instance has learned of a change since.</summary>
    private void CheckDropped(ref World world, OpPlan plan, Copy copy)
    {
        var p = scenario.PartitionOf(plan.Key);
        ref readonly var tagState = ref world.Instances[plan.Instance].TagStates[p];
        ref readonly var server = ref world.Servers[p];
        if (copy.Run == server.Here && copy.Version == server.Stamp && copy.Version == tagState.Known && copy.Unconfirmed == tagState.UnconfirmedCount
            && Ending(world.Started, plan.Key, copy.Entry, isFresh: false) == 0)
        {
            world.Violation = Violation.ValidCopyDropped;
        }
    }
}
