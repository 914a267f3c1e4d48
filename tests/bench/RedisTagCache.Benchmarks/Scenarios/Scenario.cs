namespace RedisTagCache.Benchmarks.Scenarios;

/// <summary>What several callers in one process do with each contender.</summary>
/// <param name="Name">Tells size, tags and callers; unique.</param>
/// <param name="Callers">How many at once.</param>
/// <param name="Baseline">The name of the contender that the others are compared with.</param>
/// <param name="Enter">Names the contenders and what they do.</param>
internal sealed record Scenario(string Name, int Callers, string Baseline, Func<Lab, IEnumerable<Entrant>> Enter)
{
    private const int FewRounds = 7;

    /// <summary>How many keys there are, of which no two callers use one at the same time.</summary>
    public int Keys { get; init; } = 1;

    /// <summary>How long each contender runs before it is measured, where that is longer than usual.</summary>
    public TimeSpan? WarmUp { get; init; }

    /// <summary>How long a turn is, where that is longer than usual; there are fewer turns then.</summary>
    public TimeSpan? Turn { get; init; }

    public Pace PaceOf(Arguments arguments)
    {
        var pace = arguments.Pace with { WarmUp = WarmUp ?? arguments.Pace.WarmUp };
        return Turn is { } turn ? pace with { Slice = turn, Rounds = arguments.IsQuick ? 3 : FewRounds } : pace;
    }
}
