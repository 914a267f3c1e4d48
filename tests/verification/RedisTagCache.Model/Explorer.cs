using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace RedisTagCache.Model;

/// <summary>The result of an exploration.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="States">How many different states there are, or were seen.</param>
/// <param name="IsWhole">Whether all of them were seen.</param>
/// <param name="Settled">The number of states in which all was done. In each, it was checked whether a value can be stored and found.</param>
/// <param name="Depth">The longest shortest way to a state.</param>
/// <param name="Took">The time.</param>
/// <param name="Violation">The violation that was found.</param>
/// <param name="Way">The shortest way to it.</param>
internal sealed record Exploration(Scenario Scenario, int States, bool IsWhole, int Settled, int Depth, TimeSpan Took, Violation Violation, IReadOnlyList<Move> Way)
{
    public override string ToString()
    {
        var name = Scenario.Broken == Broken.None ? Scenario.Name : $"{Scenario.Name}, {Scenario.Broken}";
        var line = string.Create(
            CultureInfo.InvariantCulture, $"{name,-58} {States,10:N0} states{(IsWhole ? "" : " or more")}, {Settled:N0} settled, depth {Depth}, {Took.TotalSeconds:F1} s");
        return Violation == Violation.None ? $"{line}: no violation" : $"{line}: {Violation} by {string.Join(", ", Way)}";
    }
}

/// <summary>
/// Visits every state that can be reached, breadth first, so that the way to a violation is a shortest one. States are told apart by a hash of 128 bits:
/// with ten million of them, the odds that two are taken for one are below 1 in 10^24.
/// </summary>
internal sealed class Explorer(Machine machine, int maxStates)
{
    private const int CheckEvery = 64;

    private readonly Packing _packing = new(machine);
    private readonly Visited _visited = Visited.Take();
    private readonly List<Move> _moves = [];
    private readonly Progress? _progress = machine.Scenario.HasOutbox ? new() : null;
    private byte[] _packed = [];
    private UInt128 _hash;

    public Exploration Run()
    {
        var start = Stopwatch.GetTimestamp();
        var (level, next) = (_visited.Level, _visited.Next);
        level.Clear(_packing.Length);
        next.Clear(_packing.Length);
        _packed = new byte[_packing.Length];
        var (depth, settled, first) = (0, 0, 0);
        See(machine.Begin(), -1, default, level);
        while (level.Count > 0)
        {
            for (var i = 0; i < level.Count; i++)
            {
                _packing.Unpack(level[i], out var world);
                var from = first + i;
                if (machine.IsSettled(world))
                {
                    settled++;
                    _progress?.AddSettled(from);
                    var violation = Probe.Examine(machine, world);
                    if (violation != Violation.None)
                        return End(violation, from);
                }

                machine.List(world, _moves);
                foreach (var move in CollectionsMarshal.AsSpan(_moves))
                {
                    var after = world;
                    machine.Make(ref after, move);
                    if (See(after, from, move, next) && after.Violation != Violation.None)
                        return End(after.Violation, _visited.Ways.Count - 1);
                    if (after.Faults == world.Faults)
                        _progress?.AddStep(from, _hash);
                }

                if (_visited.States.Count >= maxStates)
                    return End(Violation.None, -1, isWhole: false);
            }

            first += level.Count;
            (level, next) = (next, level);
            next.Clear(_packing.Length);
            depth++;
        }

        var stuck = _progress?.FindStuck() ?? -1;
        return End(stuck < 0 ? Violation.None : Violation.NeverSettled, stuck);

        Exploration End(Violation violation, int at, bool isWhole = true)
        {
            var result = new Exploration(
                machine.Scenario, _visited.States.Count, isWhole && violation == Violation.None, settled, depth, Stopwatch.GetElapsedTime(start), violation, WayTo(at));
            _visited.Leave();
            return result;
        }
    }

    private bool See(in World world, int from, Move by, Level level)
    {
        var simple = world;
        machine.Simplify(ref simple);
        _packing.Pack(simple, _packed);
        _hash = XxHash128.HashToUInt128(_packed);
        if (!_visited.States.Add(_hash))
            return false;
        _progress?.Add(_hash);
        if (_visited.Ways.Count % CheckEvery == 0)
            Check(world, simple);
        _visited.Ways.Add((from, by));
        level.Add(_packed);
        return true;
    }

    /// <summary>Checks a sample of the states: only what is packed differs between them, and what is simplified makes no difference to their next steps.</summary>
    private void Check(in World world, in World simple)
    {
        _packing.Check(simple, _packed);
        var (moves, simpleMoves) = (new List<Move>(), new List<Move>());
        machine.List(world, moves);
        machine.List(simple, simpleMoves);
        if (machine.IsSettled(world) != machine.IsSettled(simple) || !moves.SequenceEqual(simpleMoves))
            throw new InvalidOperationException("A state and its simple form have different moves.");
        foreach (var move in moves)
        {
            var (after, simpleAfter) = (world, simple);
            machine.Make(ref after, move);
            machine.Make(ref simpleAfter, move);
            machine.Simplify(ref after);
            machine.Simplify(ref simpleAfter);
            if (!Packing.AreSame(after, simpleAfter))
                throw new InvalidOperationException($"A state and its simple form lead to different states by {move}.");
        }
    }

    private List<Move> WayTo(int state)
    {
        var way = new List<Move>();
        for (; state > 0; state = _visited.Ways[state].From)
            way.Add(_visited.Ways[state].By);
        way.Reverse();
        return way;
    }
}
