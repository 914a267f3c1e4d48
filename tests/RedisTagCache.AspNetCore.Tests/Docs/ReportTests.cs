using System.Globalization;
using System.Text.RegularExpressions;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Docs;

/// <summary>What docs/verification.md and docs/hosting.md say of a recorded run is what the run's report says.</summary>
public sealed partial class ReportTests
{
    private static readonly string _page = Space().Replace(DocPage.Of("docs/verification.md").Text, " ");

    [Fact]
    public void History_InProse_IsThatOfItsReport()
    {
        var report = Report("history", "report.md");
        var (checks, operations) = (Number(report, @"in (\d+) checks"), Number(report, @"(\d+) operations recorded"));
        var faults = Rows(report, "## Faults").Select(row => long.Parse(row[1], CultureInfo.InvariantCulture)).ToArray();
        AssertSays($"on {Text(report, @"\* ([\d-]+),")}, at commit {Commit(report)}, made {Millions(operations)} million operations and {Millions(checks)} million checks, with {faults.Sum()} faults of {faults.Length} kinds and no violation");
    }

    [Fact]
    public void HttpHistory_InProse_IsThatOfItsReport()
    {
        var report = Report("history", "http.md");
        var faults = Rows(report, "## Faults").Select(row => long.Parse(row[1], CultureInfo.InvariantCulture)).ToArray();
        AssertSays($"on {Text(report, @"\* ([\d-]+),")}, at commit {Commit(report)}, on two cores that also did other work, checked {Millions(Number(report, @"checks of (\d+) responses"))} million responses of {Number(report, @"(\d+) generated applications")} applications. " +
            $"It made {Millions(Number(report, @"in (\d+) checks"))} million checks, with {faults.Sum()} faults of {faults.Length} kinds and no violation");
    }

    [Fact]
    public void Soak_InProse_IsThatOfItsReport()
    {
        var report = Report("soak", "report.md");
        var faults = Rows(report, "## Faults").Sum(row => long.Parse(row[1], CultureInfo.InvariantCulture));
        AssertSays($"on {Text(report, @"\* ([\d-]+),")}, at commit {Commit(report)}, with plots");
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

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
