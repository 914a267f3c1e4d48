namespace RedisTagCache.Model;

/// <summary>
/// Examines a state in which all is done. The cache still works: each instance looks a value up, computes and writes it, and each finds it. No row of the outbox is left, and no instance finds a value that was
/// computed before a commit.
/// </summary>
internal static class Probe
{
    private const int MaxMoves = 200;

    public static Violation Examine(Machine machine, in World world)
    {
        if (world.Database.Rows != 0)
            return Violation.RowLeft;
        if (FindsOldValue(machine.Scenario, world))
            return Violation.NeverEvicted;
        return KeepsValues(machine, world) ? Violation.None : Violation.NothingKept;
    }

    private static bool FindsOldValue(Scenario scenario, World world)
    {
        world.InForce |= world.Database.Committed;
        for (var reader = 0; reader < scenario.Instances && world.Database.Committed != 0; reader++)
        {
            var trying = world;
            Run(scenario with { Ops = [.. scenario.Ops, new OpPlan(OpKind.Read, reader, 0, 3)] }, ref trying);
            if (trying.Violation != Violation.None)
                return true;
        }

        return false;
    }

    private static bool KeepsValues(Machine machine, World world)
    {
        Retry(machine.Scenario, ref world);
        for (byte writer = 0; writer < machine.Scenario.Instances; writer++)
        {
            // Each tries twice: the first lookup may restart a lost partition.
            var trying = world;
            if (!IsKept(machine.Scenario, ref trying, writer) && !IsKept(machine.Scenario, ref trying, writer))
                return false;
        }

        return true;
    }

    /// <summary>Each instance retries its evictions that have failed until Redis confirms them.</summary>
    private static void Retry(Scenario scenario, ref World world)
    {
        for (var i = 0; i < scenario.Instances; i++)
        {
            for (var p = 0; p < scenario.Partitions; p++)
            {
                if (!world.Instances[i].TagStates[p].Owes)
                    continue;
                (world.Ops, world.Failed) = (default, 1);
                Run(scenario with { Ops = [new OpPlan(OpKind.Evict, i, 0, 3)] }, ref world);
            }
        }
    }

    private static bool IsKept(Scenario scenario, ref World world, int writer)
    {
        var reader = (writer + 1) % scenario.Instances;
        world.Ops = default;
        Run(scenario with { Ops = [new OpPlan(OpKind.Compute, writer, 0, 3), new OpPlan(OpKind.Read, reader, 0, 3) { After = 0 }] }, ref world);
        return world.Ops[1].Phase == Phase.Done && world.Ops[1].IsFound;
    }

    /// <summary>Runs the operations that are not done, in one order, without faults.</summary>
    private static void Run(Scenario scenario, ref World world)
    {
        world.Messages = default;
        var machine = new Machine(scenario with { Faults = Faults.None, HasMessages = false, HasPolls = false });
        var moves = new List<Move>();
        for (var i = 0; i < MaxMoves; i++)
        {
            machine.List(world, moves);
            if (moves.Count == 0)
                break;
            machine.Make(ref world, moves[0]);
        }
    }
}
