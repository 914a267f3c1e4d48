using System.Text.RegularExpressions;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Publishing;

/// <summary>The workflows run only what was reviewed, with as few permissions as possible.</summary>
public sealed partial class WorkflowTests
{
    public static IEnumerable<TheoryDataRow<string>> Workflows => Directory.GetFiles(Repository.Folder(".github", "workflows")).Order(StringComparer.Ordinal).Select(path => new TheoryDataRow<string>(Path.GetFileName(path)));

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Actions_Always_ArePinnedToACommit(string name) =>
        Assert.All(Lines(name).Where(line => line.Contains("uses:", StringComparison.Ordinal)), line => Assert.Matches(Pinned(), line));

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Permissions_OfAWorkflow_AreToReadOnly(string name) => Assert.Contains("\npermissions:\n  contents: read\n", string.Join('\n', Lines(name)), StringComparison.Ordinal);

    /// <summary>NuGet issues a key for each release, so none is stored.</summary>
    [Theory]
    [MemberData(nameof(Workflows))]
    public void Secrets_Always_AreUnused(string name) => Assert.DoesNotContain(Lines(name), line => line.Contains("secrets.", StringComparison.Ordinal));

    [Fact]
    public void Versions_OfAnAction_AreOne() =>
        Assert.All(Workflows.SelectMany(row => Lines(row.Data)).Select(line => Pinned().Match(line)).Where(match => match.Success).GroupBy(match => match.Groups[1].Value),
            action => Assert.Single(action.Select(match => match.Groups[2].Value).Distinct()));

    private static string[] Lines(string name) => File.ReadAllLines(Repository.Folder(".github", "workflows", name));

    [GeneratedRegex(@"^\s+(?:- )?uses: ([\w.-]+/[\w.-]+)(?:/[\w.-]+)*@([0-9a-f]{40}) # v\d+\.\d+\.\d+$")]
    private static partial Regex Pinned();
}
