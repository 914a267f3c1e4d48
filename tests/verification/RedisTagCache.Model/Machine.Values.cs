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
            var verdict = scenario.Broken.HasFlag(Broken.CopiesNotValidated) ? Verdict.Fresh : instance.TagStates[op.Partition].Validate(copy);
            if (verdict != Verdict.Invalidated)
            {
                var due = (byte)(instance.Due | OwnEvictions(world, plan.Instance));
                Check(ref world, Violation.OldCopyReturned, due, plan.Key, copy.Entry, verdict == Verdict.Fresh);
                CheckFailed(ref world, Violation.OldCopyReturned, FailedEvictions(world, plan.Instance), plan, copy.Entry);
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
        if (op.JoinedTo > 0 && IsBefore(op, world.Ops[op.JoinedTo - 1]))
        {
            world.Ops[op.JoinedTo - 1].IsDetached = true;
            op.JoinedTo = 0;
        }

        if (op.JoinedTo > 0 && !scenario.WaitsForWrites && world.Ops[op.JoinedTo - 1] is { Phase: Phase.Fills or Phase.Filled } flight)
            Receive(ref op, flight, flight.Found, flight.Moment);
        else if (op.JoinedTo > 0)
            op.Phase = Phase.Joined;
        else if (scenario.ExpectsMisses && op.First.IsNone)
            RequestLease(ref world, o);
        else
            LookUp(ref world, o);
    }

    private void LookUp(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        op.Phase = Phase.ReadsEntry;
        op.Told = Told.Nothing;
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
            (op.First, op.FirstWith) = (FirstSeen(world, o, op.Version), op.AskedWith);
        else
            NoteLookup(ref world, o);
        NoteStarted(ref world, o);
    }

    /// <summary>
    /// What counts as known to an operation that waits, since its first lookup. A server that has lost evictions knows less than its instances. While an eviction of the instance is not confirmed, nothing
    /// does: an entry that is no older than that may be older than the eviction.
    /// </summary>
    internal Stamp FirstSeen(in World world, int o, Stamp stamp)
    {
        ref readonly var tagState = ref world.Instances[scenario.Ops[o].Instance].TagStates[world.Ops[o].Partition];
        if (tagState.Owes && !scenario.Broken.HasFlag(Broken.OwedCounts))
            return default;
        return tagState.Covers(stamp) && !scenario.Broken.HasFlag(Broken.FirstOfServer) ? tagState.Known : stamp;
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
                if (!IsCaughtUp(ref world, o))
                    break;
                if (op.Lease.Verdict == LeaseVerdict.Granted)
                    Compute(ref world, o);
                else if (op.Lease.Verdict == LeaseVerdict.Taken)
                    op.Phase = Phase.Waits;
                else
                    LookUp(ref world, o);
                break;
            case Phase.Waits:
                LookUp(ref world, o);
                break;
            case Phase.Computes:
                op.RecordedBefore = world.Instances[plan.Instance].Removals.Observe().Recorded;
                op.Phase = Phase.Fills;
                if (IsForThisProcess(world, o))
                    Fail(ref world, o);
                else if (!scenario.WaitsForWrites)
                    HandOver(ref world, o, op.Found, op.Moment);
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

    /// <summary>A value that is computed from now on may be made of local copies, so the instance first learns what Redis had shown. If it cannot, the value counts as started at what it knows.</summary>
    private bool IsCaughtUp(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        ref readonly var tagState = ref world.Instances[scenario.Ops[o].Instance].TagStates[op.Partition];
        if (op.Syncs == 0)
            Cover(ref world, o);
        if (op.Lease.Verdict != LeaseVerdict.Changed && !tagState.Covers(op.Lease.Stamp) && op.Syncs++ == 0)
        {
            Await(ref world, o, Phase.Leased);
            return false;
        }

        op.Moment.Number = op.Lease.Removal;
        op.Version = op.Lease.Verdict == LeaseVerdict.Changed || tagState.Covers(op.Lease.Stamp) ? op.Lease.Stamp : tagState.Known;
        return true;
    }

    private void LeadAlone(ref World world, int o) => Compute(ref world, o);

    private void Compute(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        op.Found = Value(world, o, op.Version);
        op.Phase = Phase.Computes;
    }

    /// <summary>While Redis is unavailable, only what this instance knows counts. Local copies that are returned then are the documented exception.</summary>
    private void Drift(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        ref readonly var tagState = ref world.Instances[scenario.Ops[o].Instance].TagStates[op.Partition];
        op.Version = tagState.Known;
        op.Moment.Unconfirmed = tagState.UnconfirmedCount;
        Compute(ref world, o);
    }

    private void Fill(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var key = scenario.Ops[o].Key;
        ref var server = ref world.Servers[op.Partition];
        if (scenario.Broken.HasFlag(Broken.VersionAtWrite))
            Stamp(ref op, server.Stamp);

        NoteStarted(ref world, o);
        var version = op.Moment.Number == RemovalLog.Unknown ? default : op.Version;
        op.Fill = server.FillEntry(key, op.Found, version, (byte)(op.HasLease || server.Leases[key] == o + 1 ? o + 1 : 0), op.Moment.Number, scenario.Broken);
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
            Keep(ref world, scenario.Ops[o], op.Found, op.Version, startedAt.Number, startedAt);
        }

        if (world.Instances[scenario.Ops[o].Instance].TagStates[op.Partition].Covers(op.Fill.Stamp))
            NoteAnswer(ref world, o, FirstSeen(world, o, op.Fill.Stamp), scenario.Broken.HasFlag(Broken.JoinersCountFromWrite));
        HandOver(ref world, o, op.Found, startedAt);
        op.Phase = op.Fill.IsStored ? Phase.Done : Phase.Releases;
    }

    /// <summary>Stores a local copy, unless its entry was removed or overwritten in the meantime.</summary>
    private void Keep(ref World world, OpPlan plan, Entry entry, Stamp version, byte number, RemovalMoment since)
    {
        ref var instance = ref world.Instances[plan.Instance];
        if (!scenario.Broken.HasFlag(Broken.RemovalsIgnored) && instance.Removals.IsSuperseded(plan.Key, since, number))
            return;
        instance.Copies[plan.Key] = new Copy(entry with { Epoch = version.Epoch, Generation = version.Generation }, version.Run, number, since.Unconfirmed);
    }
}
