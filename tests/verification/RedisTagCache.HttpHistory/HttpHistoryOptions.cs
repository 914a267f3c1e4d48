using System.Globalization;
using RedisTagCache.HttpHistory.Faults;

namespace RedisTagCache.HttpHistory;

/// <summary>What the command line says.</summary>
/// <param name="Duration">How long clients send requests, not counting the planted faults.</param>
/// <param name="Output">The folder of the report; empty for none.</param>
/// <param name="Seed">What applications and requests are generated from.</param>
/// <param name="Clients">How many clients each instance has.</param>
/// <param name="Life">How long each application lives.</param>
/// <param name="Settle">The time between faults; zero for none.</param>
/// <param name="Planted">A fault put in on purpose. The run ends as soon as it is found.</param>
/// <param name="TriesPlanted">Whether each planted fault is tried after the run.</param>
/// <param name="Shown">How many violations of each promise are shown in full.</param>
/// <param name="Responses">On a busy machine the run lasts longer, until so many responses were checked, but at most four times as long.</param>
internal sealed record HttpHistoryOptions(
    TimeSpan Duration, string Output, int Seed, int Clients, TimeSpan Life, TimeSpan Settle, Planted Planted, bool TriesPlanted, int Shown = 5, long Responses = 0)
{
    public const string Usage = "--minutes 10 --output docs/history --seed 1 --clients 12 --life 20 --settle 8 --plant None --try-planted true --show 5 --responses 0";

    public static HttpHistoryOptions Parse(string[] args)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < args.Length; i += 2)
            given[args[i]] = args[i + 1];
        var planted = Enum.Parse<Planted>(Text("--plant", nameof(Planted.None)));
        var options = new HttpHistoryOptions(
            TimeSpan.FromMinutes(Number("--minutes", 10)),
            Text("--output", ""),
            (int)Number("--seed", 1),
            (int)Number("--clients", 12),
            TimeSpan.FromSeconds(Number("--life", 20)),
            TimeSpan.FromSeconds(Number("--settle", 8)),
            planted,
            bool.Parse(Text("--try-planted", planted == Planted.None ? "true" : "false")),
            (int)Number("--show", 5),
            (long)Number("--responses", 0));
        if (args.Length % 2 != 0 || given.Count > 0)
            throw new FormatException($"Options: {Usage}");
        return options;

        string Text(string name, string otherwise) => given.Remove(name, out var text) ? text : otherwise;

        double Number(string name, double otherwise) => given.Remove(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }

    /// <summary>A short run with a planted fault, and no other.</summary>
    public HttpHistoryOptions With(Planted planted) => this with { Duration = TimeSpan.FromSeconds(20), Life = TimeSpan.FromSeconds(10), Settle = TimeSpan.Zero, Planted = planted, TriesPlanted = false, Responses = 0 };

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"--minutes {Duration.TotalMinutes:0.##} --seed {Seed} --clients {Clients} --life {Life.TotalSeconds:0.##} --settle {Settle.TotalSeconds:0.##}{(Responses == 0 ? "" : $" --responses {Responses}")}{(Planted == Planted.None ? "" : $" --plant {Planted}")}{(Output.Length == 0 ? "" : $" --output {Output}")}");
}
