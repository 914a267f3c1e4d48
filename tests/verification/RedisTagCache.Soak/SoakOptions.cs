using System.Globalization;

namespace RedisTagCache.Soak;

/// <summary>What the command line says.</summary>
/// <param name="Duration">How long the load runs.</param>
/// <param name="Output">The folder of the samples, the plots and the report.</param>
/// <param name="Rate">Requests a second, both instances together.</param>
/// <param name="Edits">Edits a second.</param>
/// <param name="FaultEvery">The time from the begin of one fault to the begin of the next.</param>
internal sealed record SoakOptions(TimeSpan Duration, string Output, double Rate, double Edits, TimeSpan FaultEvery)
{
    public const string Usage = "--minutes 60 --output docs/soak --rate 150 --edits 1 --fault-every 75";

    public static SoakOptions Parse(string[] args)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < args.Length; i += 2)
            given[args[i]] = args[i + 1];

        var options = new SoakOptions(
            TimeSpan.FromMinutes(Number("--minutes", 60)),
            given.Remove("--output", out var output) ? output : "docs/soak",
            Number("--rate", 150),
            Number("--edits", 1),
            TimeSpan.FromSeconds(Number("--fault-every", 75)));
        if (args.Length % 2 != 0 || given.Count > 0) throw new FormatException($"Options: {Usage}");
        return options;

        double Number(string name, double otherwise) => given.Remove(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"--minutes {Duration.TotalMinutes:0.##} --output {Output} --rate {Rate:0.##} --edits {Edits:0.##} --fault-every {FaultEvery.TotalSeconds:0.##}");
}
