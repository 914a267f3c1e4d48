namespace RedisTagCache.Model;

internal sealed partial class Machine
{
    private void BeginInvalidate(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        ref var tagState = ref world.Instances[scenario.Ops[o].Instance].TagStates[op.Partition];
        if (tagState.HasKnown && tagState.IsTrusted)
            op.Phase = Phase.Invalidates;
        else
            Await(ref world, o, Phase.Invalidates);
    }

    private void Evict(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var plan = scenario.Ops[o];
        ref var instance = ref world.Instances[plan.Instance];
        var change = ChangeOf(world, o);
        var tags = scenario.Ops[change].Tags;
        var (evicted, expired) = plan.Kind == OpKind.Expire ? ((byte)0, tags) : (tags, (byte)0);
        if (op.Phase == Phase.Invalidates)
        {
            CheckCommitted(ref world, o);
            op.OwedBefore = instance.TagStates[op.Partition].UnconfirmedCount;
            op.Invalidation = Invalidate(ref world, op.Partition, evicted, expired);
            op.Phase = Phase.Invalidated;
            if (!op.Invalidation.IsRejected && (plan.Kind is OpKind.Evict or OpKind.Expire || IsCommitted(world, change)))
                world.Servers[op.Partition].Applied |= (byte)(1 << change);
            return;
        }

        if (op.Invalidation.IsRejected)
        {
            if (op.Syncs++ < MaxSyncs)
                Await(ref world, o, Phase.Invalidates);
            else
                FailEviction(ref world, o);
            return;
        }

        ref var tagState = ref instance.TagStates[op.Partition];
        tagState.Apply(op.Invalidation, evicted, expired, scenario.Broken);
        if ((world.Failed & 1 << o) != 0)
            tagState.Confirm(evicted, expired, op.OwedBefore);
        if (++op.Partition < scenario.Partitions)
        {
            BeginInvalidate(ref world, o);
            return;
        }

        op.Partition--;
        if (UsesOutbox(o))
            Confirm(ref world, o);
        else
            Return(ref world, o);
    }

    /// <summary>A change has returned: from now on it holds.</summary>
    private void Return(ref World world, int o)
    {
        world.Ops[o].Phase = Phase.Done;
        NoteInForce(ref world, o, o);
    }

    private void NoteInForce(ref World world, int o, int changed)
    {
        var change = (byte)(1 << changed);
        world.Returned |= change;
        for (var p = 0; p < scenario.Partitions; p++)
        {
            if ((scenario.Ops[o].Kind is not (OpKind.Set or OpKind.Remove) || p == world.Ops[o].Partition) && (world.Servers[p].Applied & change) == 0)
                return; // Redis has lost it since
        }

        world.InForce |= change;
        world.Instances[scenario.Ops[o].Instance].Due |= change;
    }
}
