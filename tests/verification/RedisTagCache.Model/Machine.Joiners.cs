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

    internal void NoteStarted(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        op.AskedWith = 0;
        for (var other = 0; other < scenario.Ops.Length; other++)
        {
            if (world.Ops[other].Phase is Phase.Joined or Phase.Landed)
                op.AskedWith |= (byte)(1 << other);
        }
    }

    /// <summary>Redis has answered: callers that joined before it was asked need not doubt the result.</summary>
    internal void Cover(ref World world, int o)
    {
        for (var other = 0; other < scenario.Ops.Length; other++)
        {
            if ((world.Ops[o].AskedWith & 1 << other) != 0)
                world.Ops[other].Covering |= (byte)(1 << o);
        }
    }

    internal static bool IsCovered(in Op op) => (op.Covering & 1 << (op.JoinedTo - 1)) != 0;

    /// <summary>A lookup of an operation that waits, after its first: callers that joined before it count from it.</summary>
    internal void NoteLookup(ref World world, int o)
    {
        ref readonly var op = ref world.Ops[o];
        if (scenario.Broken.HasFlag(Broken.JoinersCountFromFirst))
            NoteAnswer(ref world, o, op.First, isForAll: true);
        else
            NoteAnswer(ref world, o, FirstSeen(world, o, op.Version), isForAll: false);
    }

    /// <summary>The same for a write: what is computed after it is no older.</summary>
    private void NoteAnswer(ref World world, int o, Stamp seen, bool isForAll)
    {
        ref readonly var op = ref world.Ops[o];
        for (var other = 0; other < scenario.Ops.Length; other++)
        {
            ref var joined = ref world.Ops[other];
            if (joined.Phase is Phase.Joined or Phase.Landed && joined.JoinedTo == o + 1 && joined.First.IsNone
                && ((op.AskedWith & 1 << other) != 0 || isForAll))
            {
                (joined.First, joined.FirstWith) = (seen, op.AskedWith);
            }
        }
    }

    private static bool IsNoNewer(Stamp first, Entry entry, Stamp version) =>
        !first.IsNone && first.IsSameLineage(version) && entry.Generation == first.Generation && entry.Epoch >= first.Epoch;

    /// <summary>Whether an operation that joined without success has waited for longer than the flight that is under way, so that it does not join that one.</summary>
    private static bool IsBefore(in Op op, in Op flight) =>
        !op.First.IsNone && (flight.First.IsNone || !flight.First.IsSameLineage(op.First) || flight.First.Epoch > op.First.Epoch);

    /// <summary>Takes the value that it has waited for, although that was invalidated in the meantime. Callers that joined since then get it only if it is no older than a lookup after them.</summary>
    internal void TakeAwaited(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        Check(ref world, Violation.OldValueRead, op.InForce, scenario.Ops[o].Key, op.Found, isFresh: true);
        CheckFailed(ref world, Violation.OldValueRead, op.Failed, scenario.Ops[o], op.Found);
        NoteLookup(ref world, o);
        for (var other = 0; other < scenario.Ops.Length && !scenario.Broken.HasFlag(Broken.AwaitedIsShared); other++)
        {
            ref var joined = ref world.Ops[other];
            if ((op.FirstWith & 1 << other) == 0)
                joined.Covering &= (byte)~(1 << o);
            if (joined.Phase == Phase.Joined && joined.JoinedTo == o + 1 && IsNoNewer(joined.First, op.Found, op.Version))
                joined.Covering |= (byte)(1 << o);
        }

        Land(ref world, o, op.Found, op.Moment);
    }

    /// <summary>A flight has ended: the callers that joined it take its value.</summary>
    internal void Land(ref World world, int o, Entry entry, RemovalMoment startedAt)
    {
        world.Ops[o].Phase = Phase.Done;
        HandOver(ref world, o, entry, startedAt);
    }

    /// <summary>The callers that have joined take the value. It may still be on its way to Redis.</summary>
    private void HandOver(ref World world, int o, Entry entry, RemovalMoment startedAt)
    {
        for (var other = 0; other < scenario.Ops.Length; other++)
        {
            ref var joined = ref world.Ops[other];
            if (joined.Phase == Phase.Joined && joined.JoinedTo == o + 1)
                Receive(ref joined, world.Ops[o], entry, startedAt);
        }
    }

    private static void Receive(ref Op joined, in Op flight, Entry entry, RemovalMoment startedAt)
    {
        joined.Phase = Phase.Landed;
        joined.Found = entry;
        joined.Version = flight.Version;
        joined.Moment = startedAt;
    }

    /// <summary>Whether a value was neither evicted nor removed since it began, as far as its instance knows now.</summary>
    public static bool IsLive(in Instance instance, int partition, int key, Entry value, RemovalMoment startedAt)
    {
        ref readonly var tagState = ref instance.TagStates[partition];
        return (!tagState.HasKnown || (value.Generation == tagState.Known.Generation && !tagState.IsPast(value, startedAt.Unconfirmed)))
            && (startedAt.Number == RemovalLog.Unknown || !instance.Removals.IsSuperseded(key, startedAt, startedAt.Number));
    }

    private void TakeJoined(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var plan = scenario.Ops[o];
        ref readonly var instance = ref world.Instances[plan.Instance];
        if (IsCovered(op) || scenario.Broken.HasFlag(Broken.JoinersTakeAll) || IsLive(instance, op.Partition, plan.Key, op.Found, op.Moment))
        {
            // Without Redis, a caller relies on its own instance's evictions alone.
            var isAsked = IsCovered(op) || op.HasPolled || !instance.IsDown;
            Check(ref world, Violation.OldValueJoined, isAsked ? op.InForce : (byte)(op.InForce & OwnEvictions(world, plan.Instance)), plan.Key, op.Found, isFresh: false);
            CheckFailed(ref world, Violation.OldValueJoined, op.Failed, plan, op.Found);
            op.Phase = Phase.Done;
            return;
        }

        op = new Op { Partition = op.Partition, InForce = op.InForce, Failed = op.Failed, Covering = op.Covering, HasPolled = op.HasPolled, JoinedTo = op.JoinedTo, First = op.First, FirstWith = op.FirstWith };
        BeginValue(ref world, o);
    }
}
