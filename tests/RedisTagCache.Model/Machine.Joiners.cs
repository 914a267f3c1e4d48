namespace RedisTagCache.Model;

internal sealed partial class Machine
{
    /// <summary>The operation of the same instance that is about to bring the value, counted from 1.</summary>
    private byte FlightOf(in World world, int o)
    {
        var plan = scenario.Ops[o];
        for (var other = 0; other < scenario.Ops.Length; other++)
        {
            var flying = scenario.Ops[other];
            if (other != o && flying.Kind == plan.Kind && flying.Instance == plan.Instance && flying.Key == plan.Key && !world.Ops[other].IsDetached
                && world.Ops[other].Phase is not (Phase.Idle or Phase.Joined or Phase.Landed or Phase.Releases or Phase.Done))
            {
                return (byte)(other + 1);
            }
        }

        return 0;
    }

    private void NoteStarted(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        op.AskedWith = 0;
        for (var other = 0; other < scenario.Ops.Length; other++)
        {
            if (world.Ops[other].Phase is Phase.Joined or Phase.Landed)
                op.AskedWith |= (byte)(1 << other);
        }
    }

    /// <summary>Redis has answered: who had come before it was asked need not doubt what comes of it.</summary>
    private void Cover(ref World world, int o)
    {
        for (var other = 0; other < scenario.Ops.Length; other++)
        {
            if ((world.Ops[o].AskedWith & 1 << other) != 0)
                world.Ops[other].Covering |= (byte)(1 << o);
        }
    }

    private static bool IsCovered(in Op op) => (op.Covering & 1 << (op.JoinedTo - 1)) != 0;

    /// <summary>Takes what it has waited for, although that has ended since. Who has joined since may not have it.</summary>
    private void TakeAwaited(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        Check(ref world, Violation.OldValueRead, op.InForce, scenario.Ops[o].Key, op.Found, isFresh: true);
        for (var other = 0; other < scenario.Ops.Length && !scenario.Broken.HasFlag(Broken.AwaitedIsShared); other++)
        {
            if ((op.FirstWith & 1 << other) == 0)
                world.Ops[other].Covering &= (byte)~(1 << o);
        }

        Land(ref world, o, op.Found, op.Moment);
    }

    /// <summary>A flight has ended: those who joined it take what it brought.</summary>
    private void Land(ref World world, int o, Entry entry, RemovalMoment startedAt)
    {
        ref var flight = ref world.Ops[o];
        flight.Phase = Phase.Done;
        for (var other = 0; other < scenario.Ops.Length; other++)
        {
            ref var joined = ref world.Ops[other];
            if (joined.Phase != Phase.Joined || joined.JoinedTo != o + 1)
                continue;
            joined.Phase = Phase.Landed;
            joined.Found = entry;
            joined.Token = flight.Token;
            joined.Moment = startedAt;
        }
    }

    private void TakeJoined(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var plan = scenario.Ops[o];
        ref var instance = ref world.Instances[plan.Instance];
        ref var tagState = ref instance.TagStates[op.Partition];
        var isLive = IsCovered(op) || scenario.Broken.HasFlag(Broken.JoinersTakeAll)
            || ((!tagState.HasKnown || (op.Found.Generation == tagState.Known.Generation && !tagState.IsPast(op.Found)))
                && (op.Moment.Number == RemovalLog.Unknown || !instance.Removals.IsSuperseded(plan.Key, op.Moment, op.Moment.Number)));
        if (isLive)
        {
            if (IsCovered(op) || op.HasLooked || !instance.IsDown)
                Check(ref world, Violation.OldValueJoined, op.InForce, plan.Key, op.Found, isFresh: false);
            op.Phase = Phase.Done;
            return;
        }

        op = new Op { Partition = op.Partition, InForce = op.InForce, Covering = op.Covering, HasLooked = op.HasLooked, JoinedTo = op.JoinedTo };
        BeginValue(ref world, o);
    }
}
