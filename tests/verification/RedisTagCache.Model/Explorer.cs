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
    private readonly Dictionary<UInt128, int> _seen = [];
    private readonly List<(int From, Move By)> _ways = [];
    private readonly List<Move> _moves = [];

    public Exploration Run()
    {
        var start = Stopwatch.GetTimestamp();
        var (level, next) = (new Level(), new Level());
        var (depth, settled, first) = (0, 0, 0);
        See(machine.Begin(), -1, default, level);
        while (level.Count > 0)
        {
            for (var i = 0; i < level.Count; i++)
            {
                ref var world = ref level[i];
                var from = first + i;
                if (machine.IsSettled(world))
                {
                    settled++;
                    if (!Probe.KeepsValues(machine, world))
                        return End(Violation.NothingKept, from);
                }

                machine.List(world, _moves);
                foreach (var move in _moves.ToArray())
                {
                    var after = world;
                    machine.Make(ref after, move);
                    if (See(after, from, move, next) && after.Violation != Violation.None)
                        return End(after.Violation, _ways.Count - 1);
                }

                if (_seen.Count >= maxStates)
                    return End(Violation.None, -1, isWhole: false);
            }

            first += level.Count;
            (level, next) = (next, level);
            next.Clear();
            depth++;
        }

        return End(Violation.None, -1);

        Exploration End(Violation violation, int at, bool isWhole = true) =>
            new(machine.Scenario, _seen.Count, isWhole && violation == Violation.None, settled, depth, Stopwatch.GetElapsedTime(start), violation, WayTo(at));
    }

    private bool See(in World world, int from, Move by, Level level)
    {
        var hash = XxHash128.HashToUInt128(MemoryMarshal.AsBytes(new ReadOnlySpan<World>(in world)));
        if (!_seen.TryAdd(hash, _ways.Count))
            return false;
        _ways.Add((from, by));
        level.Add(world);
        return true;
    }

    private List<Move> WayTo(int state)
    {
        var way = new List<Move>();
        for (; state > 0; state = _ways[state].From)
            way.Add(_ways[state].By);
        way.Reverse();
        return way;
    }
}
