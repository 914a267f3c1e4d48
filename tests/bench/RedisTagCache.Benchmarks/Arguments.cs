using System.Globalization;

namespace RedisTagCache.Benchmarks;

/// <summary>The command line after the mode.</summary>
internal sealed record Arguments
{
    /// <summary>Part of the names of the scenarios that are wanted; all if empty.</summary>
    public string Filter { get; private init; } = "";

    /// <summary>Part of the names of the contenders that are wanted besides the baseline; all if empty.</summary>
    public string Contender { get; private init; } = "";

    /// <summary>How long each contender is measured in each scenario, in all rounds together.</summary>
    public double Seconds { get; private init; } = 3;

    public int Rounds { get; private init; } = 21;

    /// <summary>Whether a first impression is enough.</summary>
    public bool IsQuick { get; private init; }

    public Pace Pace => Pace.Of(Seconds, Rounds);

    public static Arguments Parse(IReadOnlyList<string> args)
    {
        var parsed = new Arguments();
        for (var i = 0; i < args.Count; i++)
        {
            parsed = args[i] switch
            {
                "--quick" => parsed with { IsQuick = true, Seconds = 0.7, Rounds = 5 },
                "--filter" => parsed with { Filter = Value(args, ++i) },
                "--contender" => parsed with { Contender = Value(args, ++i) },
                "--seconds" => parsed with { Seconds = double.Parse(Value(args, ++i), CultureInfo.InvariantCulture) },
                "--rounds" => parsed with { Rounds = int.Parse(Value(args, ++i), CultureInfo.InvariantCulture) },
                var other => throw new ArgumentException($"'{other}' is no argument of the benchmarks."),
            };
        }

        return parsed;
    }

    public bool Wants(string scenario) => scenario.Contains(Filter, StringComparison.OrdinalIgnoreCase);

    private static string Value(IReadOnlyList<string> args, int at) =>
        at < args.Count ? args[at] : throw new ArgumentException($"'{args[at - 1]}' needs a value.");
}
