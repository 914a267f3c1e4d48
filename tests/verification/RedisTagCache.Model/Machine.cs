namespace RedisTagCache.Model;

/// <summary>The moves that are possible in a state, and their effects.</summary>
internal sealed partial class Machine(Scenario scenario)
{
    public Scenario Scenario => scenario;

    public World Begin()
    {
        var world = default(World);
        for (var p = 0; p < scenario.Partitions; p++)
            world.Servers[p].Here = 1;
        if (scenario.IsWarm)
            world.Nonce = 1;
        for (var p = 0; p < scenario.Partitions && scenario.IsWarm; p++)
        {
            ref var server = ref world.Servers[p];
            server.SyncTagInvalidations(default, 0, nonce: 1, floor: 0, Broken.None);
            if (scenario.PageSize > 0)
            {
                server.Invalidate(evicted: 1 << 1, expired: 0, byte.MaxValue, Broken.None);
                server.Invalidate(evicted: 0, expired: 1 << 1, byte.MaxValue, Broken.None);
            }

            for (var i = scenario.PageSize > 0 ? 1 : 0; i < scenario.Instances; i++)
            {
                ref var tagState = ref world.Instances[i].TagStates[p];
                (tagState.Known, tagState.Floor, tagState.IsTrusted) = (server.Stamp, server.Floor, true);
                (tagState.EvictedAt, tagState.ExpiredAt) = (server.EvictedAt, server.ExpiredAt);
            }
        }

        for (var i = 0; i < scenario.Instances; i++)
        {
            ref var instance = ref world.Instances[i];
            instance.Removals.Known = RemovalLog.Unknown;
            if (!scenario.IsWarm || (scenario.PageSize > 0 && i == 0) || !(scenario.HasPolls || scenario.IsCurrent))
                continue;
            instance.Removals.Adopt(RemovalLog.Unknown, world.Servers[0].SyncRemovals(0));
            instance.IsCurrent = true;
        }

        if (scenario.HasEntry)
            world.Servers[0].Entries[0] = new Entry(byte.MaxValue, world.Servers[0].Stamp.Epoch, world.Servers[0].Stamp.Generation, 1, 0);
        for (var i = 0; scenario.HasCopies && i < scenario.Instances; i++)
            world.Instances[i].Copies[0] = new Copy(world.Servers[0].Entries[0], world.Servers[0].Stamp.Run, world.Instances[i].Removals.Known);
        return world;
    }

    /// <summary>Whether all is done and known, so that only new calls would change anything.</summary>
    public bool IsSettled(in World world)
    {
        if (world.Failed != 0 && !scenario.HasRetries)
            return false; // the failed evictions are not retried yet
        for (var o = 0; o < scenario.Ops.Length; o++)
        {
            if (world.Ops[o].Phase != Phase.Done && !IsWatching(world, o))
                return false;
        }

        for (var i = 0; i < scenario.Instances; i++)
        {
            ref readonly var instance = ref world.Instances[i];
            if (instance.IsDown || instance.IsUnaware || instance.Poll.Phase != PollPhase.None)
                return false;
            for (var p = 0; p < scenario.Partitions; p++)
            {
                if (instance.TagStates[p].Sync.Phase != SyncPhase.None || instance.TagStates[p].NeedsRebuild)
                    return false;
            }
        }

        return true;
    }

    public void List(in World world, List<Move> moves)
    {
        moves.Clear();
        for (byte o = 0; o < scenario.Ops.Length; o++)
        {
            if (scenario.HasOutbox && UsesOutbox(o))
                ListOutbox(world, o, moves);
            else
                ListOp(world, o, moves);
        }

        for (byte i = 0; i < scenario.Instances; i++)
            ListInstance(world, i, moves);
        for (byte m = 0; m < Messages.Length; m++)
        {
            for (byte i = 0; i < scenario.Instances; i++)
            {
                if (world.Messages[m].Kind != MessageKind.None && (world.Messages[m].To & 1 << i) != 0)
                    moves.Add(new Move(MoveKind.Deliver, m, i));
            }
        }

        ListFaults(world, moves);
    }

    public void Make(ref World world, Move move)
    {
        switch (move.Kind)
        {
            case MoveKind.Step:
                Step(ref world, move.A);
                break;
            case MoveKind.StopWaiting:
                LeadAlone(ref world, move.A);
                break;
            case MoveKind.Sync:
                Sync(ref world, move.A, move.B);
                break;
            case MoveKind.Rebuild:
                world.Instances[move.A].TagStates[move.B].BeginSync();
                break;
            case MoveKind.Poll:
                Poll(ref world, move.A);
                break;
            case MoveKind.Deliver:
                Deliver(ref world, move.A, move.B);
                break;
            case MoveKind.RollBack:
                EndDispatch(ref world, move.A);
                break;
            case MoveKind.Claim:
                Claim(ref world, move.A, move.B);
                break;
            case MoveKind.Replicate:
                world.Database.Replicated = world.Database.Committed;
                break;
            case MoveKind.EndClaim:
                world.Database.Claims[move.A] = 0;
                break;
            case MoveKind.LoseReply:
                FailEviction(ref world, move.A);
                break;
            default:
                MakeFault(ref world, move);
                break;
        }
    }

    /// <summary>
    /// Removes what no later step reads: replies that were taken over, and all that an operation that has ended knew, except whether it still counts as the owner of a lease. States that differ in nothing else
    /// have the same future.
    /// </summary>
    public void Simplify(ref World world)
    {
        for (var o = 0; o < scenario.Ops.Length; o++)
        {
            ref var op = ref world.Ops[o];
            if (op.Phase == Phase.Done)
                op = new Op { Phase = Phase.Done, HasLease = op.HasLease };
            if (op.Phase == Phase.ReadsEntry)
                op.Found = default;
            if (op.Phase is Phase.ReadsEntry or Phase.ReadsEpoch)
                op.Version = default;
            if (op.Phase != Phase.Leased && (op.Phase, op.Next) != (Phase.AwaitsSync, Phase.Leased))
                op.Lease = default;
            if (op.Phase is not (Phase.Filled or Phase.Replaced))
                op.Fill = default;
            if (op.Phase != Phase.Invalidated)
                (op.Invalidation, op.OwedBefore) = (default, 0);
            if (op.Phase != Phase.AwaitsSync)
                op.Next = default;
        }

        if (world.Faults == scenario.MaxFaults)
            (world.Earlier, world.HasEarlier) = (default, false);
    }

    private void ListInstance(in World world, byte i, List<Move> moves)
    {
        ref readonly var instance = ref world.Instances[i];
        if (instance.IsDown)
            moves.Add(new Move(MoveKind.Reconnect, i));
        if (instance.IsUnaware)
            moves.Add(new Move(MoveKind.Notice, i));
        for (byte p = 0; p < scenario.Partitions; p++)
        {
            if (instance.TagStates[p].Sync.Phase != SyncPhase.None)
                moves.Add(new Move(MoveKind.Sync, i, p));
            else if (instance.TagStates[p].NeedsRebuild && !instance.IsDown)
                moves.Add(new Move(MoveKind.Rebuild, i, p));
        }

        if (scenario.HasPolls && instance.Poll.Phase != PollPhase.AwaitsTagState && (instance.Poll.Phase != PollPhase.None || IsPollOfUse(world, i)))
            moves.Add(new Move(MoveKind.Poll, i));
    }

    private static bool IsAtFault(in World world, int instance) => world.Instances[instance].IsDown;

    /// <summary>The changes that end a value, of those.</summary>
    private byte Ending(byte changes, int key, Entry entry, bool isFresh)
    {
        var missed = changes & ~entry.Seen;
        var ending = 0;
        for (var o = 0; missed != 0 && o < scenario.Ops.Length; o++)
        {
            var op = scenario.Ops[o];
            var isHit = op.Kind switch
            {
                OpKind.Evict or OpKind.Save => (op.Tags & entry.Tags) != 0,
                OpKind.Expire => isFresh && (op.Tags & entry.Tags) != 0,
                OpKind.Set or OpKind.Remove => op.Key == key,
                _ => false,
            };
            if (isHit)
                ending |= missed & 1 << o;
        }

        return (byte)ending;
    }

    /// <summary>The evictions that an instance made itself: it knows them whatever Redis has lost.</summary>
    private byte OwnEvictions(in World world, int instance) => (byte)(EvictionsBy(instance) & world.Returned);

    private byte EvictionsBy(int instance)
    {
        var own = 0;
        for (var o = 0; o < scenario.Ops.Length; o++)
        {
            if (scenario.Ops[o].Kind == OpKind.Evict && scenario.Ops[o].Instance == instance)
                own |= 1 << o;
        }

        return (byte)own;
    }

    private void Check(ref World world, Violation violation, byte changes, int key, Entry entry, bool isFresh)
    {
        if (Ending(changes, key, entry, isFresh) != 0)
            world.Violation = violation;
    }
}
