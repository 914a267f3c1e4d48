using System.Globalization;
using System.Text.RegularExpressions;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Docs;

/// <summary>What docs/verification.md and docs/hosting.md say of a recorded run is what the run's report says.</summary>
public sealed partial class ReportTests
{
    private static readonly string _page = Space().Replace(DocPage.Of("docs/verification.md").Text, " ");

    [Fact]
    public void Model_InProse_IsThatOfItsReport()
    {
        var report = Report("history", "model.md");
        var (scenarios, rules) = (Rows(report, "## Scenarios").ToArray(), Rows(report, "## Omitted rules").ToArray());
        var complete = scenarios.Where(row => row[2] == "completely").ToArray();
        var paths = rules.Select(row => int.Parse(row[3], CultureInfo.InvariantCulture)).ToArray();
        AssertSays($"on {Text(report, @"\* ([\d-]+),")}, with the library at {Commit(report)}, explored {Millions(scenarios.Sum(row => long.Parse(row[1], CultureInfo.InvariantCulture)))} million states of {scenarios.Length} scenarios, without a violation. " +
            $"{complete.Length} scenarios were explored completely, with paths of up to {complete.Max(row => int.Parse(row[4], CultureInfo.InvariantCulture))} steps. " +
            $"Each of the {rules.Length} omitted rules was detected, on a path of {paths.Min()} to {paths.Max()} steps. " +
            $"{scenarios.Count(IsOfTransactions)} of the scenarios and {rules.Count(row => IsOfTransactions(row[1..]))} of the rules are about");

        static bool IsOfTransactions(string[] row) => row[0].StartsWith("outbox", StringComparison.Ordinal);
    }

    [Fact]
    public void Commits_InProse_AreThoseOfTheirReport()
    {
        var report = Report("history", "commits.md");
        var rows = Rows(report, "## Rounds").ToArray();
        var commits = Regex.Matches(report, "library at ([0-9a-f]+)").Select(match => match.Groups[1].Value);
        AssertSays($"on {Text(report, @"\* ([\d-]+),")}, with the library at {string.Join(" and the library at ", commits)}, had {rows[0][1]} rounds with a killed writer, {rows[1][1]} with an outage of Redis, and {rows[2][1]} with a restart of PostgreSQL, without a violation. " +
            $"All instances served a committed change at most {rows.Max(row => double.Parse(row[6][..^2], CultureInfo.InvariantCulture)):0.00} s after the fault.");
        Assert.StartsWith("No violation in ", report.Split('\n')[2], StringComparison.Ordinal);
    }

    /// <summary>A figure without a commit is of an unknown library. A decision is accepted on a day, and is no figure.</summary>
    [Fact]
    public void Measurements_WithADate_NameTheirCommit()
    {
        var paragraphs = Repository.Files("docs", "*.md").SelectMany(static page => Paragraphs(File.ReadAllText(page).ReplaceLineEndings("\n")).Select(text => $"{Path.GetRelativePath(Repository.Root, page)}: {text}"));
        Assert.All(paragraphs.Where(static text => Day().IsMatch(text) && !text.Contains("Status: accepted", StringComparison.Ordinal)), static text => Assert.Contains("library at ", text, StringComparison.Ordinal));

        // Code is no prose. Each row of a table, and each item of a list, stands alone.
        static IEnumerable<string> Paragraphs(string page) => Border().Split(Code().Replace(page, "")).Select(static text => Space().Replace(text, " "));
    }

    [Fact]
    public void History_InProse_IsThatOfItsReport()
    {
        var report = Report("history", "report.md");
        var (checks, operations) = (Number(report, @"in (\d+) checks"), Number(report, @"(\d+) operations recorded"));
        var faults = Rows(report, "## Faults").Select(row => long.Parse(row[1], CultureInfo.InvariantCulture)).ToArray();
        AssertSays($"on {Text(report, @"\* ([\d-]+),")}, with the library at {Commit(report)}, made {Millions(operations)} million operations and {Millions(checks)} million checks, with {faults.Sum()} faults of {faults.Length} kinds and no violation. " +
            $"Locally cached values were outdated by {Figure(@"by ([\d.]+) ms \(p50\)"):0.0} ms (median) and by at most {Figure(@"([\d.]+) ms \(most\)"):N0} ms, within the bound of two seconds. " +
            $"Evictions that Redis had lost were in force again at most {Rows(report, "## How soon lost evictions are in force again").Max(static row => double.Parse(row[4][..^2], CultureInfo.InvariantCulture)):0.00} s after it was back.");

        double Figure(string pattern) => double.Parse(Text(report, pattern), CultureInfo.InvariantCulture);
    }

    [Fact]
    public void HttpHistory_InProse_IsThatOfItsReport()
    {
        var report = Report("history", "http.md");
        var faults = Rows(report, "## Faults").Select(row => long.Parse(row[1], CultureInfo.InvariantCulture)).ToArray();
        AssertSays($"on {Text(report, @"\* ([\d-]+),")}, with the library at {Commit(report)}, on two cores shared by clients, servers, and Redis, checked {Millions(Number(report, @"checks of (\d+) responses"))} million responses of {Number(report, @"(\d+) generated applications")} applications. " +
            $"It made {Millions(Number(report, @"in (\d+) checks"))} million checks, with {faults.Sum()} faults of {faults.Length} kinds and no violation");
    }

    [Fact]
    public void Soak_InProse_IsThatOfItsReport()
    {
        var report = Report("soak", "report.md");
        var faults = Rows(report, "## Faults").Sum(row => long.Parse(row[1], CultureInfo.InvariantCulture));
        AssertSays($"on {Text(report, @"\* ([\d-]+),")}, with the library at {Commit(report)}, with plots");
        AssertSays(string.Create(CultureInfo.InvariantCulture, $"{Number(report, @"\| requests \| (\d+)"):N0} requests and {faults} faults. No request failed, but {Number(report, @"had killed that web process \| (\d+)")} were on their way"));
        AssertSays(string.Create(CultureInfo.InvariantCulture, $"{Number(report, @"on either instance \| (\d+)"):N0} checks after edits, without a violation"));
    }

    [Fact]
    public void NativeAot_InProse_IsThatOfItsReport()
    {
        var report = Report("benchmarks", "native-aot.md");
        var (worker, site) = (Row("worker: process start to the first value from Redis"), Row("web application: process start to the first page from Redis"));
        var (files, memory) = (Row("files to deploy, without symbols"), Row("memory of the web application after its first page"));
        Assert.Contains(
            $"a worker had its first value from Redis {worker[1]} ms after the start of its process, compared with {worker[2]} ms on the .NET runtime. A web application had its first page after {site[1]} ms, compared with {site[2]} ms. " +
            $"It took {memory[1]} MB of memory, compared with {memory[2]} MB. The files to deploy are {files[1]} MB, compared with {files[2]} MB with the runtime",
            Space().Replace(DocPage.Of("docs/hosting.md").Text, " "),
            StringComparison.Ordinal);

        string[] Row(string name) => [.. report.Split('\n').Where(static line => line.StartsWith('|')).Select(static line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries)).Single(cells => cells[0] == name)];
    }

    [Fact]
    public void Cluster_InProse_IsThatOfItsTable()
    {
        var page = Space().Replace(DocPage.Of("docs/cluster.md").Text, " ");
        var rows = Rows(Report("cluster.md"), "<!-- cluster -->").TakeWhile(static row => row.Length == 9).ToArray();
        var gets = rows.Select(static row => double.Parse(row[3][..^3], CultureInfo.InvariantCulture)).ToArray();
        var partitions = rows.Select(static row => int.Parse(row[1], CultureInfo.InvariantCulture)).ToArray();
        var evictions = rows.Select(static row => double.Parse(row[8][..^3], CultureInfo.InvariantCulture)).ToArray();
        var several = rows.Index().Where(row => row.Item[0].EndsWith("primaries", StringComparison.Ordinal) && partitions[row.Index] >= 12).Select(row => evictions[row.Index] / partitions[row.Index]).ToArray();
        var dearer = rows.Index().Where(row => partitions[row.Index] == 36).Select(row => gets[row.Index] / gets[0]).ToArray();
        AssertHas($"A get costs a busy server {gets[0]:0.0} us if many arrive together, and {dearer.Min():0} to {dearer.Max():0} times as much");
        AssertHas($"one server with 36 partitions spent {evictions[1]:0} us on an eviction, or {evictions[1] / partitions[1]:0} us per partition.");
        AssertHas($"it was {several.Min():0} to {several.Max():0} us per partition");

        void AssertHas(FormattableString text) => Assert.Contains(text.ToString(CultureInfo.InvariantCulture), page, StringComparison.Ordinal);
    }

    private static string Report(params string[] path) => File.ReadAllText(Repository.Folder(["docs", .. path])).ReplaceLineEndings("\n");

    private static string Commit(string report) => Text(report, "library at ([0-9a-f]+)");

    private static string Millions(long number) => (number / 1e6).ToString("0.0", CultureInfo.InvariantCulture);

    private static long Number(string report, string pattern) => long.Parse(Text(report, pattern), CultureInfo.InvariantCulture);

    private static string Text(string report, string pattern)
    {
        var match = Regex.Match(report, pattern);
        Assert.True(match.Success, $"The report does not say {pattern}.");
        return match.Groups[1].Value;
    }

    private static IEnumerable<string[]> Rows(string report, string heading) => report.Split('\n')
        .SkipWhile(line => line != heading).Skip(1).TakeWhile(line => !line.StartsWith('#')).Where(line => line.StartsWith('|')).Skip(2)
        .Select(line => line.Trim('|', ' ').Split('|').Select(cell => cell.Trim()).ToArray());

    private static void AssertSays(FormattableString text) => AssertSays(FormattableString.Invariant(text));

    private static void AssertSays(string text) => Assert.Contains(text, _page, StringComparison.Ordinal);

    [GeneratedRegex(@"\b20\d\d-\d\d-\d\d\b")]
    private static partial Regex Day();

    [GeneratedRegex("^```.*?^```|`[^`\n]+`", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\n(?:\n|(?=[|*] ))")]
    private static partial Regex Border();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
