namespace RedisTagCache.Model;

internal sealed partial class Machine
{
    private void BeginValue(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var plan = scenario.Ops[o];
        ref var instance = ref world.Instances[plan.Instance];
        var copy = instance.Copies[plan.Key];
        if (plan.Kind == OpKind.Get && copy.Entry.Id > 0 && instance.IsCurrent && instance.TagStates[op.Partition].IsTrusted)
        {
            var verdict = scenario.Broken.HasFlag(Broken.CopiesNotJudged) ? Verdict.Fresh : instance.TagStates[op.Partition].Judge(copy);
            if (verdict != Verdict.Dead)
            {
                var due = (byte)(instance.Due | OwnEvictions(world, plan.Instance));
                Check(ref world, Violation.OldCopyGiven, due, plan.Key, copy.Entry, verdict == Verdict.Fresh);
                CheckFailed(ref world, Violation.OldCopyGiven, FailedEvictions(world, plan.Instance), plan, copy.Entry);
                op.Phase = Phase.Done;
                return;
            }

            CheckDropped(ref world, plan, copy);
            instance.Copies[plan.Key] = default;
        }

        // An operation that joined without success keeps the moment of its call.
        if (op.JoinedTo == 0)
        {
            op.InForce = (byte)(world.InForce | OwnEvictions(world, plan.Instance));
            op.Failed = FailedEvictions(world, plan.Instance);
        }

        op.JoinedTo = FlightOf(world, o);
        if (op.JoinedTo > 0)
            op.Phase = Phase.Joined;
        else
            Look(ref world, o);
    }

    private void Look(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        op.Phase = Phase.ReadsEntry;
        op.Syncs = 0;
        op.Moment = world.Instances[scenario.Ops[o].Instance].Removals.Observe();
        NoteStarted(ref world, o);
    }

    private void RequestLease(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        op.Moment = world.Instances[scenario.Ops[o].Instance].Removals.Observe();
        op.Phase = Phase.Acquires;
        if (op.First.IsNone)
            (op.First, op.FirstWith) = (op.Token, op.AskedWith);
        NoteStarted(ref world, o);
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
                op.RecordedBefore = world.Instances[plan.Instance].Removals.Observe().Recorded;
                op.Phase = Phase.Fills;
                if (IsForThisProcess(world, o))
                    Fail(ref world, o);
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

    /// <summary>While Redis is unavailable, only what this instance knows counts. Copies that are returned then are the documented exception.</summary>
    private void Drift(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        ref readonly var tagState = ref world.Instances[scenario.Ops[o].Instance].TagStates[op.Partition];
        op.Token = tagState.Known;
        op.Moment.Unconfirmed = tagState.UnconfirmedCount;
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
        var startedAt = op.Moment;
        if (op.Fill.IsStored)
        {
            startedAt = new RemovalMoment(op.Fill.Removal, op.RecordedBefore);
            Keep(ref world, scenario.Ops[o], op.Found, op.Token, startedAt.Number, startedAt);
        }

        Land(ref world, o, op.Found, startedAt);
        op.Phase = op.Fill.IsStored ? Phase.Done : Phase.Releases;
    }

    /// <summary>Keeps a copy, unless its entry was removed or overwritten meanwhile.</summary>
    private void Keep(ref World world, OpPlan plan, Entry entry, Stamp token, byte number, RemovalMoment since)
    {
        ref var instance = ref world.Instances[plan.Instance];
        if (!scenario.Broken.HasFlag(Broken.RemovalsIgnored) && instance.Removals.IsSuperseded(plan.Key, since, number))
            return;
        instance.Copies[plan.Key] = new Copy(entry with { Epoch = token.Epoch, Generation = token.Generation }, token.Run, number, since.Unconfirmed);
    }
}
