using RedisTagCache.Model;

namespace RedisTagCache.Tests.Model;

/// <summary>States that are simplified have the same future as the states that they stand for.</summary>
public sealed class ModelSimplificationTests
{
    private const int Walks = 300;
    private const int MaxSteps = 120;

    /// <summary>Takes the same random steps with and without the simplification. The states that are not simplified keep what operations knew long ago.</summary>
    [Fact]
    public void Simplify_AfterEachStep_MakesNoDifference()
    {
        var random = new Random(7);
        foreach (var scenario in Scenarios.Sound.Concat(OutboxScenarios.Sound).Concat(Scenarios.Broken).Concat(OutboxScenarios.Broken))
        {
            var machine = new Machine(scenario);
            for (var walk = 0; walk < Walks; walk++)
                Walk(machine, random);
        }
    }

    private static void Walk(Machine machine, Random random)
    {
        var (whole, simple) = (machine.Begin(), machine.Begin());
        var (moves, simpleMoves) = (new List<Move>(), new List<Move>());
        for (var step = 0; step < MaxSteps && whole.Violation == Violation.None; step++)
        {
            machine.List(whole, moves);
            machine.List(simple, simpleMoves);
            Assert.True(moves.SequenceEqual(simpleMoves) && machine.IsSettled(whole) == machine.IsSettled(simple), machine.Scenario.Name);
            if (moves.Count == 0)
                return;
            var move = moves[random.Next(moves.Count)];
            machine.Make(ref whole, move);
            machine.Make(ref simple, move);
            machine.Simplify(ref simple);
            var simplified = whole;
            machine.Simplify(ref simplified);
            Assert.True(Packing.AreSame(simplified, simple), $"{machine.Scenario.Name}: {move}");
        }
    }
}
