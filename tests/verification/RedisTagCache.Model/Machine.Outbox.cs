namespace RedisTagCache.Model;

/// <summary>
/// Transactions whose evictions are rows of an outbox. The writer commits the data and the row together, evicts, and deletes the row when Redis has confirmed the eviction. What is left is done by dispatchers,
/// of which each claims one row at a time. A claim may end at any time.
/// </summary>
internal sealed partial class Machine
{
    private bool IsBroken(Broken rule) => scenario.Broken.HasFlag(rule);

    private bool UsesOutbox(int o) => scenario.Ops[o].Kind is OpKind.Save or OpKind.Dispatch;

    /// <summary>The change that an operation carries out: its own, or that of the row that it has claimed.</summary>
    private int ChangeOf(in World world, int o) => scenario.Ops[o].Kind == OpKind.Dispatch ? world.Ops[o].Row - 1 : o;

    private static bool IsCommitted(in World world, int change) => (world.Database.Committed & 1 << change) != 0;

    private void ListOutbox(in World world, byte o, List<Move> moves)
    {
        ref readonly var op = ref world.Ops[o];
        if (scenario.Ops[o].Kind == OpKind.Dispatch && op.Phase == Phase.Idle)
        {
            for (byte row = 0; row < scenario.Ops.Length; row++)
            {
                if (IsFree(world, o, row))
                    moves.Add(new Move(MoveKind.Claim, o, row));
            }

            return;
        }

        ListOp(world, o, moves);
        if (op.Phase == Phase.Commits)
            moves.Add(new Move(MoveKind.RollBack, o));
        if ((world.Database.Rows & 1 << o) != 0 && CanEndClaim(world, o))
            moves.Add(new Move(MoveKind.EndClaim, o));
    }

    private void ListOutboxFaults(in World world, List<Move> moves)
    {
        for (byte o = 0; o < scenario.Ops.Length; o++)
        {
            if (!UsesOutbox(o))
                continue;
            var phase = world.Ops[o].Phase;
            if (scenario.Faults.HasFlag(Faults.LoseAnswers)
                && (phase is Phase.Committed or Phase.Invalidated or Phase.Deletes || (phase == Phase.Commits && IsBroken(Broken.UnknownIsCommitted))))
            {
                moves.Add(new Move(MoveKind.LoseAnswer, o));
            }

            if (scenario.Faults.HasFlag(Faults.EndClaims) && (world.Database.Rows & 1 << o) != 0 && IsClaimantAtWork(world, o))
                moves.Add(new Move(MoveKind.LoseClaim, o));
        }

        for (byte i = 0; i < scenario.Instances && scenario.Faults.HasFlag(Faults.Crash); i++)
            moves.Add(new Move(MoveKind.Crash, i));
    }

    private void BeginSave(ref World world, int o)
    {
        if (IsBroken(Broken.RowsByNumber))
            world.Database.Numbers[o] = ++world.Database.LastNumber;
        if (IsBroken(Broken.RowsBeforeCommit))
            InsertRow(ref world, o);
        if (scenario.EvictsBefore)
            BeginInvalidate(ref world, o);
        else
            world.Ops[o].Phase = Phase.Commits;
    }

    private void Commit(ref World world, int o)
    {
        var change = (byte)(1 << o);
        world.Ops[o].Phase = Phase.Committed;
        world.Database.Committed |= change;
        world.Started |= change;
        if (!IsBroken(Broken.RowsLeftOut) && !IsBroken(Broken.RowsAfterCommit) && !IsBroken(Broken.RowsBeforeCommit) && !IsBroken(Broken.EvictedBeforeOnly))
            InsertRow(ref world, o);
        if (IsBroken(Broken.EarlyCounts))
            world.InForce |= change;
    }

    private void StepOutbox(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        switch (op.Phase)
        {
            case Phase.Commits:
                Commit(ref world, o);
                break;
            case Phase.Committed when IsBroken(Broken.EvictedBeforeOnly):
                op.Phase = Phase.Done;
                break;
            case Phase.Committed:
                if (IsBroken(Broken.RowsAfterCommit))
                    InsertRow(ref world, o);
                BeginOutboxEviction(ref world, o);
                break;
            case Phase.Deletes:
                op.Number = Math.Max(op.Number, world.Database.Numbers[ChangeOf(world, o)]);
                EndRow(ref world, o);
                EndDispatch(ref world, o);
                break;
            default:
                throw new InvalidOperationException();
        }
    }

    private void Claim(ref World world, int o, int row)
    {
        ref var op = ref world.Ops[o];
        op.Row = (byte)(row + 1);
        op.IsRepeat = (world.Database.Repeated & 1 << row) != 0;
        world.Database.Claims[row] = (byte)(o + 1);
        BeginOutboxEviction(ref world, o);
    }

    private void BeginOutboxEviction(ref World world, int o)
    {
        if (IsBroken(Broken.DeletedFirst))
            DeleteRow(ref world, ChangeOf(world, o));
        if (ChangeOf(world, o) == scenario.Rejected)
        {
            SetAside(ref world, o);
            return;
        }

        world.Ops[o].Partition = 0;
        world.Ops[o].Syncs = 0;
        BeginInvalidate(ref world, o);
    }

    /// <summary>The cache rejects the tag of a row.</summary>
    private void SetAside(ref World world, int o)
    {
        var row = ChangeOf(world, o);
        if (!IsBroken(Broken.RejectedFirst))
        {
            world.Database.Rejected |= (byte)(1 << row);
            DeleteRow(ref world, row);
        }

        EndDispatch(ref world, o);
    }

    /// <summary>Redis has confirmed an eviction, before the commit or after it.</summary>
    private void Confirm(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var change = ChangeOf(world, o);
        if (!IsCommitted(world, change) && scenario.EvictsBefore)
        {
            op = new Op { Phase = Phase.Commits };
            return;
        }

        if (!scenario.HasReplica || op.IsRepeat)
            NoteInForce(ref world, o, change);
        op.Phase = Phase.Deletes;
    }

    /// <summary>Redis has not confirmed an eviction. The row stays. In an outage, the eviction holds in its own instance, as any that fails.</summary>
    private void LeaveRow(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        var instance = scenario.Ops[o].Instance;
        var change = ChangeOf(world, o);
        if (scenario.Faults.HasFlag(Faults.Silence) && !world.Instances[instance].TagStates[op.Partition].ApplyUnconfirmed(scenario.Ops[change].Tags, 0, scenario.Broken))
            ForgetAll(ref world, instance);
        if (IsBroken(Broken.DeletedUnconfirmed))
            op.Phase = Phase.Deletes;
        else
            EndDispatch(ref world, o);
    }

    /// <summary>The answer of Redis or of the database does not arrive. Whether a transaction is committed, its row decides.</summary>
    private void LoseAnswer(ref World world, int o)
    {
        ref var op = ref world.Ops[o];
        if (op.Phase == Phase.Invalidated)
            LeaveRow(ref world, o);
        else if (IsBroken(Broken.UnknownIsCommitted) && op.Phase == Phase.Commits)
            BeginOutboxEviction(ref world, o);
        else
            EndDispatch(ref world, o);
    }

    /// <summary>A writer has returned, or a dispatcher looks for the next row.</summary>
    private void EndDispatch(ref World world, int o)
    {
        if (scenario.Ops[o].Kind == OpKind.Dispatch)
            world.Ops[o] = new Op { Number = world.Ops[o].Number };
        else
            world.Ops[o] = new Op { Phase = Phase.Done };
    }

    /// <summary>A process is killed, with all that it knows, and starts again. Its open transactions are rolled back.</summary>
    private void Crash(ref World world, int i)
    {
        world.Instances[i] = default;
        world.Instances[i].Removals.Known = RemovalLog.Unknown;
        for (var m = 0; m < Messages.Length; m++)
        {
            world.Messages[m].To &= (byte)~(1 << i);
            if (world.Messages[m].To == 0)
                world.Messages[m] = default;
        }

        for (var o = 0; o < scenario.Ops.Length; o++)
        {
            if (scenario.Ops[o].Instance != i || world.Ops[o].Phase is Phase.Idle or Phase.Done)
                continue;
            if (UsesOutbox(o))
                EndDispatch(ref world, o);
            else
                world.Ops[o] = new Op { Phase = Phase.Done };
        }
    }

    /// <summary>An eviction of a row is about to be carried out.</summary>
    private void CheckCommitted(ref World world, int o)
    {
        if (UsesOutbox(o) && !scenario.EvictsBefore && !IsCommitted(world, ChangeOf(world, o)))
            world.Violation = Violation.EvictedWithoutCommit;
    }
}
