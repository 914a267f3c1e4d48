namespace RedisTagCache.Model;

internal sealed partial class Machine
{
    private const int MaxSyncs = 4;

    private void ListOp(in World world, byte o, List<Move> moves)
    {
        ref readonly var op = ref world.Ops[o];
        var plan = scenario.Ops[o];
        var isReady = op.Phase switch
        {
            Phase.Idle => plan.After < 0 || HasReturned(world.Ops[plan.After]),
            Phase.AwaitsSync or Phase.Joined or Phase.Done => false,
            Phase.Landed => IsCovered(op) || op.HasPolled || scenario.Broken.HasFlag(Broken.JoinersTakeAll) || IsAtFault(world, plan.Instance),
            Phase.Retries => !IsAtFault(world, plan.Instance),
            _ => true,
        };
        if (isReady)
            moves.Add(new Move(MoveKind.Step, o));
        if (op.Phase == Phase.Invalidated && scenario.Faults.HasFlag(Faults.Silence) && IsAtFault(world, plan.Instance))
            moves.Add(new Move(MoveKind.LoseReply, o));
        if (op.Phase == Phase.Waits)
            moves.Add(new Move(MoveKind.StopWaiting, o));
    }

    /// <summary>Whether the caller has its result. The value that it computed may still be on its way to Redis.</summary>
    private bool HasReturned(in Op op) => op.Phase == Phase.Done || (!scenario.WaitsForWrites && (op.Phase is Phase.Fills or Phase.Filled or Phase.Releases));

    private void Step(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var plan = scenario.Ops[o];
        if (IsAtFault(world, plan.Instance) && IsUnderWay(op.Phase))
        {
            Fail(ref world, o);
            return;
        }

        switch (op.Phase)
        {
            case Phase.Idle:
                Begin(ref world, o);
                break;
            case Phase.ReadsEntry:
                op.Found = world.Servers[op.Partition].Entries[plan.Key];
                op.Phase = Phase.ReadsEpoch;
                break;
            case Phase.ReadsEpoch:
                op.Version = world.Servers[op.Partition].Stamp;
                op.Phase = Phase.Validates;
                break;
            case Phase.Validates:
                Validate(ref world, o);
                break;
            case Phase.Asks:
                Ask(ref world, o);
                break;
            case Phase.Told:
                TakeTold(ref world, o);
                break;
            case Phase.Writes:
                Write(ref world, o);
                break;
            case Phase.Replaces or Phase.Replaced:
                Replace(ref world, o);
                break;
            case Phase.Invalidates or Phase.Invalidated:
                Evict(ref world, o);
                break;
            case Phase.Commits or Phase.Committed or Phase.Deletes:
                StepOutbox(ref world, o);
                break;
            case Phase.Retries:
                op.Syncs = 0;
                BeginInvalidate(ref world, o);
                break;
            default:
                StepValue(ref world, o);
                break;
        }
    }

    /// <summary>Whether the next step is Redis's.</summary>
    private static bool IsUnderWay(Phase phase) =>
        phase is Phase.ReadsEntry or Phase.ReadsEpoch or Phase.Asks or Phase.Writes or Phase.Acquires or Phase.Fills or Phase.Releases or Phase.Replaces or Phase.Invalidates;

    private void Begin(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var plan = scenario.Ops[o];
        op.Partition = (byte)scenario.PartitionOf(plan.Key);
        if (plan.IsChange)
            world.Started |= (byte)(1 << o);
        switch (plan.Kind)
        {
            case OpKind.Read or OpKind.Compute:
                op.InForce = (byte)(world.InForce | OwnEvictions(world, plan.Instance));
                op.Failed = FailedEvictions(world, plan.Instance);
                op.Phase = Phase.ReadsEntry;
                break;
            case OpKind.Get or OpKind.GetStrictly:
                BeginValue(ref world, o);
                break;
            case OpKind.Set or OpKind.Remove:
                BeginReplace(ref world, o);
                break;
            case OpKind.Save:
                BeginSave(ref world, o);
                break;
            default:
                op.Partition = 0;
                BeginInvalidate(ref world, o);
                break;
        }
    }

    /// <summary>Redis does not respond.</summary>
    private void Fail(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        switch (op.Phase)
        {
            case Phase.Fills:
                // The write is skipped, and the local copy is validated by what was known when the value began.
                Keep(ref world, scenario.Ops[o], op.Found, op.Version, op.Moment.Number, op.Moment);
                Land(ref world, o, op.Found, op.Moment);
                break;
            case Phase.ReadsEntry or Phase.ReadsEpoch or Phase.Validates or Phase.Asks or Phase.Acquires when scenario.Ops[o].Kind is OpKind.Get or OpKind.GetStrictly:
                Drift(ref world, o);
                break;
            case Phase.Invalidates:
                FailEviction(ref world, o);
                break;
            case Phase.Leased:
                break; // it goes on with what is known
            default:
                op.Phase = Phase.Done; // a change that throws has promised nothing
                break;
        }
    }

    /// <summary>Validates the entry that was found. If that is not possible yet, synchronizes first.</summary>
    private void Validate(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var plan = scenario.Ops[o];
        ref var tagState = ref world.Instances[plan.Instance].TagStates[op.Partition];
        if (op.Version.IsNone)
        {
            if (op.Syncs++ == 0)
            {
                Await(ref world, o, Phase.Validates);
                return;
            }

            op.Version = tagState.Known;
            Miss(ref world, o);
            return;
        }

        var verdict = Verdict.Invalidated;
        if (tagState.IsAt(op.Version) || tagState.Covers(op.Version))
        {
            if (tagState.Known.Epoch > op.Version.Epoch)
                tagState.BeginSync();
            verdict = op.Found.Id > 0 ? tagState.Validate(op.Found) : Verdict.Invalidated;
            if (op.Found.Id > 0 && verdict != Verdict.Fresh && tagState.IsNoOlder(op.Found, op.First))
            {
                TakeAwaited(ref world, o);
                return;
            }
        }
        else if (tagState.Sync.IsLong && op.Told == Told.Nothing && op.Found.Id > 0)
        {
            op.Phase = Phase.Asks;
            return;
        }
        else if (!(tagState.Sync.IsLong && op.Found.Id == 0) && op.Syncs++ < MaxSyncs)
        {
            Await(ref world, o, Phase.Validates);
            return;
        }

        if (verdict == Verdict.Invalidated)
            Miss(ref world, o);
        else
            Hit(ref world, o, verdict);
    }

    private void Await(ref World world, int o, Phase next)
    {
        ref var op = ref world.Ops[o];
        op.Phase = Phase.AwaitsSync;
        op.Next = next;
        world.Instances[scenario.Ops[o].Instance].TagStates[op.Partition].BeginSync();
    }

    private void Hit(ref World world, int o, Verdict verdict)
    {
        ref var op = ref world.Ops[o];
        var plan = scenario.Ops[o];
        Check(ref world, Violation.OldValueRead, op.InForce, plan.Key, op.Found, verdict == Verdict.Fresh);
        CheckFailed(ref world, Violation.OldValueRead, op.Failed, plan, op.Found);
        if (plan.Kind is OpKind.Get or OpKind.GetStrictly)
        {
            Cover(ref world, o);
            var version = new Stamp(op.Found.Epoch, op.Found.Generation, op.Version.Run);
            Keep(ref world, plan, op.Found, version, op.Moment.Number, op.Moment);
            Land(ref world, o, op.Found, op.Moment);
        }

        op.Phase = Phase.Done;
        op.IsFound = true;
    }

    private void Miss(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        op.Syncs = 0;
        switch (scenario.Ops[o].Kind)
        {
            case OpKind.Read:
                op.Phase = Phase.Done;
                break;
            case OpKind.Compute:
                op.Found = Value(world, o, op.Version);
                op.Phase = Phase.Writes;
                break;
            default:
                Cover(ref world, o);
                RequestLease(ref world, o);
                break;
        }
    }

    /// <summary>A value that is computed, or set, from now on.</summary>
    private Entry Value(in World world, int o, Stamp version) =>
        new((byte)(o + 1), version.Epoch, version.Generation, scenario.Ops[o].Tags, scenario.HasReplica ? (byte)(world.Started & ~world.Database.Committed | world.Database.Replicated) : world.Started);

    /// <summary>Writes without a lease. The caller may have given up long ago.</summary>
    private void Write(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        ref var server = ref world.Servers[op.Partition];
        if (scenario.Broken.HasFlag(Broken.VersionAtWrite))
            Stamp(ref op, server.Stamp);

        server.SetEntry(scenario.Ops[o].Key, op.Found, op.Version);
        op.Phase = Phase.Done;
    }
}
