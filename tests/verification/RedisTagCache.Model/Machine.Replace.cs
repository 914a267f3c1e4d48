namespace RedisTagCache.Model;

internal sealed partial class Machine
{
    private void BeginReplace(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var plan = scenario.Ops[o];
        ref var instance = ref world.Instances[plan.Instance];
        op.Moment = instance.Removals.Observe();
        op.Phase = Phase.Replaces;
        if (plan.Kind == OpKind.Remove)
        {
            Forget(ref world, plan, byte.MaxValue);
            return;
        }

        op.Found = Value(world, o, default);
        if (instance.TagStates[op.Partition].HasKnown)
            Stamp(ref op, instance.TagStates[op.Partition].Known);
        else
            Await(ref world, o, Phase.Replaces);
    }

    /// <summary>The value of an operation counts as started at that moment.</summary>
    private static void Stamp(ref Op op, Stamp version)
    {
        op.Version = version;
        op.Found = op.Found with { Epoch = version.Epoch, Generation = version.Generation };
    }

    private void Forget(ref World world, OpPlan plan, byte number)
    {
        ref var instance = ref world.Instances[plan.Instance];
        if (number == byte.MaxValue)
            instance.Removals.RecordOwn(plan.Key);
        Drop(ref instance, plan.Key, number);
        for (var other = 0; other < scenario.Ops.Length; other++)
        {
            if (scenario.Ops[other].Instance == plan.Instance && scenario.Ops[other].Key == plan.Key)
                world.Ops[other].IsDetached |= world.Ops[other].Phase is not (Phase.Idle or Phase.Done);
        }
    }

    private void Replace(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var plan = scenario.Ops[o];
        ref var server = ref world.Servers[op.Partition];
        ref var instance = ref world.Instances[plan.Instance];
        if (op.Phase == Phase.Replaces)
        {
            if (plan.Kind == OpKind.Set && scenario.Broken.HasFlag(Broken.SetVersionInScript))
                Stamp(ref op, server.Stamp);
            // Of two changes by key at the same time the last to be carried out counts.
            for (var other = 0; other < scenario.Ops.Length; other++)
            {
                if (scenario.Ops[other].Kind is OpKind.Set or OpKind.Remove && scenario.Ops[other].Key == plan.Key)
                    op.Found.Seen |= (byte)(server.Applied & 1 << other);
            }

            if (!scenario.Broken.HasFlag(Broken.LeaseNotRevoked))
                EndLease(ref world, plan.Key);
            if (plan.Kind == OpKind.Set)
                op.Fill = server.OverwriteEntry(plan.Key, op.Found, op.Version, scenario.Broken);
            else
                (op.Fill.Removal, op.Fill.Before) = server.RemoveEntry(plan.Key, scenario.Broken);
            server.Applied |= (byte)(1 << o);
            Announce(ref world, new Message { Kind = MessageKind.Removal, Partition = op.Partition, Key = (byte)plan.Key, Number = op.Fill.Removal, Before = op.Fill.Before });
            op.Phase = Phase.Replaced;
            return;
        }

        Record(ref instance, op.Fill.Before, op.Fill.Removal, plan.Key);
        var isKept = plan.Kind == OpKind.Set && op.Fill.IsStored;
        Forget(ref world, plan, isKept ? op.Fill.Removal : byte.MaxValue);
        if (isKept)
            Keep(ref world, plan, op.Found, op.Version, op.Fill.Removal, op.Moment);
        Return(ref world, o);
    }
}
