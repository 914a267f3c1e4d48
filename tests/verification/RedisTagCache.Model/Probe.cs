namespace RedisTagCache.Model;

/// <summary>Whether the cache still works in a state: each instance looks a value up, computes and writes it, and each finds it.</summary>
internal static class Probe
{
    private const int MaxMoves = 200;

    public static bool KeepsValues(Machine machine, World world)
    {
        for (byte writer = 0; writer < machine.Scenario.Instances; writer++)
        {
            // Each tries twice: the first lookup may restart a lost partition.
            var trying = world;
            if (!IsKept(machine.Scenario, ref trying, writer) && !IsKept(machine.Scenario, ref trying, writer))
                return false;
        }

        return true;
    }

    private static bool IsKept(Scenario scenario, ref World world, int writer)
    {
        var reader = (writer + 1) % scenario.Instances;
        var plans = scenario with
        {
            Ops = [new OpPlan(OpKind.Compute, writer, 0, 3), new OpPlan(OpKind.Read, reader, 0, 3) { After = 0 }],
            Faults = Faults.None,
            HasMessages = false,
            HasPolls = false,
        };
        world.Ops = default;
        world.Messages = default;
        var machine = new Machine(plans);
        var moves = new List<Move>();
        for (var i = 0; i < MaxMoves; i++)
        {
            machine.List(world, moves);
            if (moves.Count == 0)
                break;
            machine.Make(ref world, moves[0]);
        }

        return world.Ops[1].Phase == Phase.Done && world.Ops[1].IsFound;
    }
}
