using System.Globalization;
using RedisTagCache.History.Work;

namespace RedisTagCache.History;

/// <summary>What the command line says.</summary>
/// <param name="Duration">How long the fleet works.</param>
/// <param name="Output">The folder of the report.</param>
/// <param name="Workers">How many processes.</param>
/// <param name="Rate">Reads a second, of each.</param>
/// <param name="Edits">Evictions, removals and such a second, of each.</param>
/// <param name="Settle">The time from the end of one fault to the begin of the next.</param>
/// <param name="Faults">A part of the names of the faults to be injected; empty for all.</param>
/// <param name="Broken">What the workers do wrong, to see that it is found.</param>
internal sealed record HistoryOptions(TimeSpan Duration, string Output, int Workers, int Rate, int Edits, TimeSpan Settle, string Faults, Broken Broken)
{
    public const string Usage = "--minutes 30 --output docs/history --workers 3 --rate 2500 --edits 40 --settle 12 --faults \"\" --break None";

    public bool HasFaults => Settle > TimeSpan.Zero;

    public static HistoryOptions Parse(string[] args)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < args.Length; i += 2)
            given[args[i]] = args[i + 1];
        var options = new HistoryOptions(
            TimeSpan.FromMinutes(Number("--minutes", 30)),
            Text("--output", "docs/history"),
            (int)Number("--workers", 3),
            (int)Number("--rate", 2_500),
            (int)Number("--edits", 40),
            TimeSpan.FromSeconds(Number("--settle", 12)),
            Text("--faults", ""),
            Enum.Parse<Broken>(Text("--break", nameof(Broken.None))));
        if (args.Length % 2 != 0 || given.Count > 0)
            throw new FormatException($"Options: {Usage}");
        return options;

        string Text(string name, string otherwise) => given.Remove(name, out var text) ? text : otherwise;

        double Number(string name, double otherwise) => given.Remove(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"--minutes {Duration.TotalMinutes:0.##} --workers {Workers} --rate {Rate} --edits {Edits} --settle {Settle.TotalSeconds:0.##}{(Faults.Length == 0 ? "" : $" --faults \"{Faults}\"")}{(Broken == Broken.None ? "" : $" --break {Broken}")}");
}
