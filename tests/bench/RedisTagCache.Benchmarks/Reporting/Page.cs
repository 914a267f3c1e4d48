using System.Text;
using System.Text.RegularExpressions;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Benchmarks.Reporting;

/// <summary>docs/benchmarks.md: the template with the figures of a run in it. A line <c>limit key: sentence</c> of the template says what stops a goal.</summary>
internal static partial class Page
{
    private const string Template = "tests/bench/RedisTagCache.Benchmarks/Reporting/benchmarks.template.md";

    public static void Write(Outcome run, IEnumerable<string> surroundings)
    {
        var pictures = Repository.Folder("docs", "benchmarks");
        Directory.CreateDirectory(pictures);
        var template = File.ReadAllText(Repository.Folder(Template)).ReplaceLineEndings("\n");
        var limits = Limit().Matches(template).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value.Trim());
        var text = Limit().Replace(template, "")
            .Replace("{{surroundings}}", string.Join('\n', surroundings.Select(static line => $"* {line}")), StringComparison.Ordinal)
            .Replace("{{goals}}", Goals.Write(run, limits), StringComparison.Ordinal)
            .Replace("{{load}}", Loads(run, "load", pictures), StringComparison.Ordinal)
            .Replace("{{processes}}", Loads(run, "processes", pictures), StringComparison.Ordinal)
            .Replace("{{http}}", Loads(run, "http", pictures), StringComparison.Ordinal)
            .Replace("{{studies}}", string.Join('\n', run.Studies.Select(static one => $"### {one.Study.Name}\n\n{one.Result.Table}")), StringComparison.Ordinal);
        File.WriteAllText(Repository.Folder("docs", "benchmarks.md"), text.TrimEnd() + "\n");
    }

    private static string Loads(Outcome run, string chapter, string pictures)
    {
        var text = new StringBuilder();
        foreach (var (_, result) in run.Loads.Where(load => load.Chapter == chapter))
        {
            var file = NotInName().Replace(result.Scenario.Name.ToLowerInvariant(), "-") + ".svg";
            var picture = TrySave(result, Path.Combine(pictures, file)) ? $"![{result.Scenario.Name}](benchmarks/{file})\n\n" : "";
            text.Append(null, $"### {result.Scenario.Name}\n\n{picture}{LoadTable.Of(result)}\n");
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>A picture that cannot be drawn is not worth the figures of a whole run.</summary>
    private static bool TrySave(LoadResult result, string file)
    {
        try
        {
            Plots.Save(result, file);
            return true;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            Console.WriteLine($"No picture of {result.Scenario.Name}: {failure}");
            return false;
        }
    }

    [GeneratedRegex(@"^limit ([a-z0-9-]+):(.*)\n", RegexOptions.Multiline)]
    private static partial Regex Limit();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotInName();
}
