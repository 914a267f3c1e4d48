using System.Globalization;

namespace RedisTagCache.Commits;

/// <summary>How many rounds of each fault there are.</summary>
/// <param name="Kills">Rounds in which the writer is killed.</param>
/// <param name="Outages">Rounds in which Redis does not answer at the commit, and for ten seconds.</param>
/// <param name="Restarts">Rounds in which the database restarts.</param>
/// <param name="Output">The folder of the report; empty for none.</param>
internal sealed record CommitsOptions(int Kills, int Outages, int Restarts, string Output)
{
    public const string Usage = "--kills 200 --outages 20 --restarts 20 --output docs/history";

    public static CommitsOptions Parse(string[] args)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < args.Length; i += 2)
            given[args[i]] = args[i + 1];
        var options = new CommitsOptions(Number("--kills", 200), Number("--outages", 20), Number("--restarts", 20), given.Remove("--output", out var output) ? output : "");
        if (args.Length % 2 != 0 || given.Count > 0)
            throw new FormatException($"Options: {Usage}");
        return options;

        int Number(string name, int otherwise) => given.Remove(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"--kills {Kills} --outages {Outages} --restarts {Restarts}{(Output.Length == 0 ? "" : $" --output {Output}")}");
}
