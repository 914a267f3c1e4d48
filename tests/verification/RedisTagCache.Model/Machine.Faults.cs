namespace RedisTagCache.Model;

internal sealed partial class Machine
{
    private void ListFaults(in World world, List<Move> moves)
    {
        ListEndedLeases(world, moves);
        if (scenario.HasReplica && world.Database.Replicated != world.Database.Committed)
            moves.Add(new Move(MoveKind.Replicate));
        if (world.Faults == scenario.MaxFaults)
            return;
        for (byte p = 0; p < scenario.Partitions; p++)
        {
            ref readonly var server = ref world.Servers[p];
            Offer(Faults.LoseEpoch, MoveKind.LoseEpoch, p, !server.Stamp.IsNone);
            Offer(Faults.LoseTagInvalidations, MoveKind.LoseTagInvalidations, p, server.HasTagInvalidations);
            Offer(Faults.LoseRemovals, MoveKind.LoseRemovals, p, server.LastRemoval > 0);
            Offer(Faults.Flush, MoveKind.Flush, p, !server.Stamp.IsNone || server.HasTagInvalidations);
        }

        for (byte k = 0; k < Two.Length; k++)
        {
            ref readonly var server = ref world.Servers[scenario.PartitionOf(k)];
            Offer(Faults.LoseEntry, MoveKind.LoseEntry, k, server.Entries[k].Id > 0);
            Offer(Faults.LoseLease, MoveKind.LoseLease, k, server.Leases[k] > 0);
        }

        if (scenario.HasOutbox)
            ListOutboxFaults(world, moves);
        Offer(Faults.Silence, MoveKind.FallSilent, 0, !world.Instances[0].IsDown);
        Offer(Faults.GoBack, MoveKind.Remember, 0, !world.HasEarlier);
        Offer(Faults.GoBack, MoveKind.GoBack, 0, world.HasEarlier);

        void Offer(Faults fault, MoveKind kind, byte a, bool isPossible)
        {
            if (isPossible && scenario.Faults.HasFlag(fault))
                moves.Add(new Move(kind, a));
        }
    }

    private void ListEndedLeases(in World world, List<Move> moves)
    {
        for (byte k = 0; k < Two.Length; k++)
        {
            var owner = world.Servers[scenario.PartitionOf(k)].Leases[k];
            if (owner > 0 && !world.Ops[owner - 1].HasLease)
                moves.Add(new Move(MoveKind.Expire, k));
        }
    }

    private void MakeFault(ref World world, Move move)
    {
        switch (move.Kind)
        {
            case MoveKind.Expire:
                world.Servers[scenario.PartitionOf(move.A)].Leases[move.A] = 0;
                return;
            case MoveKind.Reconnect:
                world.Instances[move.A].IsDown = false;
                return;
            case MoveKind.Notice:
                world.Instances[move.A].IsUnaware = false;
                for (var p = 0; p < scenario.Partitions; p++)
                    world.Instances[move.A].TagStates[p].Distrust();
                return;
            case MoveKind.Remember:
                world.Earlier = world.Servers;
                world.HasEarlier = true;
                return;
            case MoveKind.GoBack:
                GoBack(ref world);
                break;
            case MoveKind.FallSilent:
                world.Instances[move.A].IsDown = true;
                break;
            case MoveKind.LoseAnswer:
                LoseAnswer(ref world, move.A);
                break;
            case MoveKind.LoseClaim:
                world.Database.Claims[move.A] = 0;
                break;
            case MoveKind.Crash:
                Crash(ref world, move.A);
                break;
            case MoveKind.LoseEpoch:
                world.Servers[move.A].Stamp = default;
                break;
            case MoveKind.LoseTagInvalidations:
                LoseTagInvalidations(ref world.Servers[move.A]);
                break;
            case MoveKind.LoseRemovals:
                LoseRemovals(ref world.Servers[move.A]);
                break;
            case MoveKind.LoseEntry:
                world.Servers[scenario.PartitionOf(move.A)].Entries[move.A] = default;
                break;
            case MoveKind.LoseLease:
                EndLease(ref world, move.A);
                break;
            case MoveKind.Flush:
                Flush(ref world, move.A);
                break;
            default:
                throw new InvalidOperationException();
        }

        world.Faults++;
    }

    private static void LoseTagInvalidations(ref Server server) => (server.Floor, server.EvictedAt, server.ExpiredAt) = (0, default, default);

    private static void LoseRemovals(ref Server server) => (server.LastRemoval, server.RemovalFloor, server.Removals) = (0, 0, default);

    private void EndLease(ref World world, int key)
    {
        ref var owner = ref world.Servers[scenario.PartitionOf(key)].Leases[key];
        if (owner > 0)
            world.Ops[owner - 1].HasLease = false;
        owner = 0;
    }

    private void Flush(ref World world, int p)
    {
        ref var server = ref world.Servers[p];
        server.Stamp = default;
        server.Entries = default;
        LoseTagInvalidations(ref server);
        LoseRemovals(ref server);
        for (var key = 0; key < Two.Length; key++)
        {
            if (scenario.PartitionOf(key) == p)
                EndLease(ref world, key);
        }
    }

    /// <summary>Another server takes over, or the same one again, with the data of an earlier moment. Calls to the old one fail.</summary>
    private void GoBack(ref World world)
    {
        var kept = byte.MaxValue;
        for (var p = 0; p < scenario.Partitions; p++)
        {
            var clock = scenario.Faults.HasFlag(Faults.ClockBehind) ? (byte)0 : world.Servers[p].Clock;
            world.Servers[p] = world.Earlier[p];
            world.Servers[p].Here++;
            world.Servers[p].Clock = clock;
            kept &= world.Servers[p].Applied;
        }

        world.Earlier = default;
        world.HasEarlier = false;
        world.InForce &= kept;
        for (var i = 0; i < scenario.Instances; i++)
        {
            ref var instance = ref world.Instances[i];
            (instance.IsDown, instance.IsUnaware) = (true, true);
            instance.Due &= kept;
            instance.Poll.InForce &= kept;
        }

        // Until a lost eviction is retried, it is not guaranteed to instances that do not know it: docs/known-limitations.md, known limitation 1.
        for (var o = 0; o < scenario.Ops.Length; o++)
        {
            world.Ops[o].InForce &= (byte)(kept | OwnEvictions(world, scenario.Ops[o].Instance));
            world.Ops[o].HasLease &= world.Servers[scenario.PartitionOf(scenario.Ops[o].Key)].Leases[scenario.Ops[o].Key] == o + 1;
        }
    }
}
