namespace RedisTagCache.Model;

internal sealed partial class Machine
{
    private void BeginValue(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var plan = scenario.Ops[o];
        ref var instance = ref world.Instances[plan.Instance];
        var copy = instance.Copies[plan.Key];
        if (plan.Kind == OpKind.Get && copy.Entry.Id > 0 && instance.IsCurrent && instance.Mirrors[op.Partition].IsTrusted)
        {
            var verdict = scenario.Broken.HasFlag(Broken.CopiesNotJudged) ? Verdict.Fresh : instance.Mirrors[op.Partition].Judge(copy);
            if (verdict != Verdict.Dead)
            {
                var due = (byte)(instance.Due | OwnEvictions(world, plan.Instance));
                Check(ref world, Violation.OldCopyGiven, due, plan.Key, copy.Entry, verdict == Verdict.Fresh);
                op.Phase = Phase.Done;
                return;
            }

            instance.Copies[plan.Key] = default;
        }

        // Who has joined in vain is still the one who came when he came.
        if (op.JoinedTo == 0)
            op.InForce = (byte)(world.InForce | OwnEvictions(world, plan.Instance));
        op.JoinedTo = FlightOf(world, o);
        if (op.JoinedTo > 0)
            op.Phase = Phase.Joined;
        else
            Look(ref world, o);
    }

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

    private void Look(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        op.Phase = Phase.ReadsEntry;
        op.Syncs = 0;
        op.Moment = world.Instances[scenario.Ops[o].Instance].Removals.Observe();
        NoteBegun(ref world, o);
    }

    private void NoteBegun(ref World world, int o)
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

    private void RequestLease(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        op.Moment = world.Instances[scenario.Ops[o].Instance].Removals.Observe();
        op.Phase = Phase.Acquires;
        if (op.First.IsNone)
            (op.First, op.FirstWith) = (op.Token, op.AskedWith);
        NoteBegun(ref world, o);
    }

    private void StepValue(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var plan = scenario.Ops[o];
        ref var server = ref world.Servers[op.Partition];
        switch (op.Phase)
        {
            case Phase.Acquires:
                Acquire(ref world, o);
                break;
            case Phase.Leased:
                Cover(ref world, o);
                op.Moment.Number = op.Lease.Removal;
                op.Token = op.Lease.Stamp;
                if (op.Lease.Verdict == LeaseVerdict.Granted)
                    Compute(ref world, o);
                else if (op.Lease.Verdict == LeaseVerdict.Taken)
                    op.Phase = Phase.Waits;
                else
                    Look(ref world, o);
                break;
            case Phase.Waits:
                Look(ref world, o);
                break;
            case Phase.Computes:
                op.HeardBefore = world.Instances[plan.Instance].Removals.Observe().Heard;
                op.Phase = Phase.Fills;
                break;
            case Phase.Fills:
                Fill(ref world, o);
                break;
            case Phase.Filled:
                TakeFill(ref world, o);
                break;
            case Phase.Releases:
                server.ReleaseLease(plan.Key, (byte)(o + 1));
                op.Phase = Phase.Done;
                op.HasLease = false;
                break;
            case Phase.Landed:
                TakeJoined(ref world, o);
                break;
            default:
                throw new InvalidOperationException();
        }
    }

    private void Acquire(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var key = scenario.Ops[o].Key;
        op.Lease = world.Servers[op.Partition].AcquireLease(key, (byte)(o + 1), op.Found.Id);
        op.Phase = Phase.Leased;
        if (op.Lease.Verdict != LeaseVerdict.Granted)
            return;
        for (var other = 0; other < scenario.Ops.Length; other++)
        {
            if (world.Ops[other].HasLease && scenario.Ops[other].Key == key)
                world.Violation = Violation.TwoLeaders;
        }

        op.HasLease = true;
    }

    private void LeadAlone(ref World world, int o) => Compute(ref world, o);

    private void Compute(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        op.Found = Value(world, o, op.Token);
        op.Phase = Phase.Computes;
    }

    /// <summary>Redis is away: what this instance knows has to do. Copies that are given out now are the documented exception.</summary>
    private void Drift(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        op.Token = world.Instances[scenario.Ops[o].Instance].Mirrors[op.Partition].Known;
        Compute(ref world, o);
    }

    private void Fill(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var key = scenario.Ops[o].Key;
        ref var server = ref world.Servers[op.Partition];
        if (scenario.Broken.HasFlag(Broken.TokenAtWrite))
            Stamp(ref op, server.Stamp);

        var token = op.Moment.Number == RemovalLog.Unknown ? default : op.Token;
        op.Fill = server.FillEntry(key, op.Found, token, (byte)(op.HasLease || server.Leases[key] == o + 1 ? o + 1 : 0), op.Moment.Number, scenario.Broken);
        op.HasLease = false;
        op.Phase = Phase.Filled;
    }

    private void TakeFill(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var begun = op.Moment;
        if (op.Fill.IsStored)
        {
            begun = new RemovalMoment(op.Fill.Removal, op.HeardBefore);
            Keep(ref world, scenario.Ops[o], op.Found, op.Token, begun.Number, begun);
        }

        Land(ref world, o, op.Found, begun);
        op.Phase = op.Fill.IsStored ? Phase.Done : Phase.Releases;
    }

    /// <summary>Keeps a copy, unless its entry was removed or overwritten meanwhile.</summary>
    private void Keep(ref World world, OpPlan plan, Entry entry, Stamp token, byte number, RemovalMoment since)
    {
        ref var instance = ref world.Instances[plan.Instance];
        if (!scenario.Broken.HasFlag(Broken.RemovalsIgnored) && instance.Removals.IsOvertaken(plan.Key, since, number))
            return;
        instance.Copies[plan.Key] = new Copy(entry with { Epoch = token.Epoch, Generation = token.Generation }, token.Run, number);
    }

    /// <summary>A flight has ended: those who joined it take what it brought.</summary>
    private void Land(ref World world, int o, Entry entry, RemovalMoment begun)
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
            joined.Moment = begun;
        }
    }

    private void TakeJoined(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var plan = scenario.Ops[o];
        ref var instance = ref world.Instances[plan.Instance];
        ref var mirror = ref instance.Mirrors[op.Partition];
        var isLive = IsCovered(op) || scenario.Broken.HasFlag(Broken.JoinersTakeAll)
            || ((!mirror.HasKnown || (op.Found.Generation == mirror.Known.Generation && !mirror.IsPast(op.Found)))
                && (op.Moment.Number == RemovalLog.Unknown || !instance.Removals.IsOvertaken(plan.Key, op.Moment, op.Moment.Number)));
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
        if (instance.Mirrors[op.Partition].HasKnown)
            Stamp(ref op, instance.Mirrors[op.Partition].Known);
        else
            Await(ref world, o, Phase.Replaces);
    }

    /// <summary>The value of an operation counts as begun at that moment.</summary>
    private static void Stamp(ref Op op, Stamp token)
    {
        op.Token = token;
        op.Found = op.Found with { Epoch = token.Epoch, Generation = token.Generation };
    }

    private void Forget(ref World world, OpPlan plan, byte number)
    {
        ref var instance = ref world.Instances[plan.Instance];
        if (number == byte.MaxValue)
            instance.Removals.HearOwn(plan.Key);
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
            if (plan.Kind == OpKind.Set && scenario.Broken.HasFlag(Broken.SetTokenInScript))
                Stamp(ref op, server.Stamp);
            // Of two changes by key at the same time the last to be carried out counts.
            for (var other = 0; other < scenario.Ops.Length; other++)
            {
                if (scenario.Ops[other].Kind is OpKind.Set or OpKind.Remove && scenario.Ops[other].Key == plan.Key)
                    op.Found.Seen |= (byte)(server.Applied & 1 << other);
            }

            if (!scenario.Broken.HasFlag(Broken.LeaseNotRevoked))
                EndLease(ref world, plan.Key);
            op.Fill = server.ReplaceEntry(plan.Key, op.Found, op.Token, scenario.Broken);
            server.Applied |= (byte)(1 << o);
            Announce(ref world, new Message { Kind = MessageKind.Removal, Partition = op.Partition, Key = (byte)plan.Key, Number = op.Fill.Removal, Before = op.Fill.Before });
            op.Phase = Phase.Replaced;
            return;
        }

        Hear(ref instance, op.Fill.Before, op.Fill.Removal, plan.Key);
        var isKept = plan.Kind == OpKind.Set && op.Fill.IsStored;
        Forget(ref world, plan, isKept ? op.Fill.Removal : byte.MaxValue);
        if (isKept)
            Keep(ref world, plan, op.Found, op.Token, op.Fill.Removal, op.Moment);
        Return(ref world, o);
    }
}
