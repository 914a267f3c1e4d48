using System.Text.RegularExpressions;
using RedisTagCache.AspNetCore.Tests.Docs;

namespace RedisTagCache.AspNetCore.Tests.Diagnostics;

/// <summary>What docs/observability.md says of instruments, dimensions and traces, read from its tables.</summary>
internal static partial class DocumentedTelemetry
{
    private static readonly string[][] _rows =
        [.. DocPage.Of("docs/observability.md").Lines.Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Split('|')[1..^1].Select(cell => cell.Trim()).ToArray())];

    /// <summary>Name, kind and unit of every instrument, and its dimensions, with the one that all have.</summary>
    public static IReadOnlyList<(string Name, string Kind, string Unit, string[] Dimensions)> Instruments { get; } =
        [.. Rows("`redistagcache.").Where(row => row.Length == 4 && row[1].Contains(", `", StringComparison.Ordinal))
            .Select(row => (Words(row[0])[0], row[1].Split(',')[0], Code().Match(row[1]).Groups[1].Value, new[] { RedisTagCacheDiagnostics.CacheNameDimension }.Concat(Words(row[2])).ToArray()))];

    /// <summary>Every value that a dimension of an instrument may have.</summary>
    public static HashSet<(string Instrument, string Dimension, string Value)> Values { get; } = [.. OfCache(), .. OfOtherMeters()];

    /// <summary>The activities, each with the names of its tags.</summary>
    public static Dictionary<string, string[]> Activities { get; } =
        Rows("`cache.").Concat(Rows("`page.")).Where(row => Tag().IsMatch(row[1])).ToDictionary(row => Words(row[0])[0], row => Tag().Matches(row[1]).Select(match => match.Groups[1].Value).ToArray());

    private static IEnumerable<string[]> Rows(string start) => _rows.Where(row => row[0].StartsWith(start, StringComparison.Ordinal));

    private static IEnumerable<(string, string, string)> OfCache()
    {
        var dimension = "";
        foreach (var row in _rows.SkipWhile(row => row[0] != "dimension").Skip(1).TakeWhile(row => row.Length == 3))
        {
            dimension = Words(row[0]) is [var named] ? named : dimension;
            var instruments = row[1] == "all" ? Instruments.Select(of => of.Name) : row[1].Split(',', StringSplitOptions.TrimEntries).Select(of => "redistagcache." + of.Split(' ')[0]);
            foreach (var instrument in instruments)
            {
                foreach (var value in Words(row[2]))
                    yield return (instrument, dimension, value);
            }
        }
    }

    /// <summary>Each of them has one more dimension at most, and its values stand beside it.</summary>
    private static IEnumerable<(string, string, string)> OfOtherMeters() =>
        Rows("`redistagcache.page").Concat(Rows("`redistagcache.outbox")).Where(row => row[2] != "none").SelectMany(row => Words(row[3]).Select(value => (Words(row[0])[0], Words(row[2])[0], value)));

    private static string[] Words(string cell) => [.. Word().Matches(cell).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("`([a-z_.]+)`")]
    private static partial Regex Word();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"`(redistagcache\.[a-z_]+|cache\.name)`")]
    private static partial Regex Tag();
}
