using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RedisTagCache.Outbox;
using RedisTagCache.Testing;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Docs;

/// <summary>What the pages refer to is there, and what users can set and watch is described.</summary>
public sealed partial class DocumentationTests
{
    public static IEnumerable<TheoryDataRow<string>> Pages => Rows(DocPage.All.Select(page => page.Name));

    public static IEnumerable<TheoryDataRow<string>> Options =>
        Rows(typeof(RedisTagCacheOptions).GetProperties().Where(property => property.SetMethod?.IsPublic == true).Select(property => property.Name));

    public static IEnumerable<TheoryDataRow<string>> PageOptions => Rows(typeof(RedisTagOutputCacheOptions).GetProperties().Select(property => property.Name));

    public static IEnumerable<TheoryDataRow<string>> OutboxOptions => Rows(typeof(RedisTagCacheOutboxOptions).GetProperties().Select(property => property.Name));

    public static IEnumerable<TheoryDataRow<string>> ReportedNames =>
        Rows(Constants<string>(typeof(RedisTagCacheDiagnostics)).Concat(Constants<string>(typeof(RedisTagOutputCacheDiagnostics))).Concat(Constants<string>(typeof(RedisTagCacheOutboxDiagnostics))).Distinct());

    public static IEnumerable<TheoryDataRow<int>> LogIds =>
        Rows(new[] { (typeof(RedisTagCacheOptions), "RedisTagCache.Diagnostics.LogIds"), (typeof(RedisTagOutputCacheOptions), "RedisTagCache.AspNetCore.Diagnostics.LogIds"), (typeof(InMemoryRedis), "RedisTagCache.Testing.Diagnostics.InMemoryLogIds"), (typeof(ITagCacheOutbox), "RedisTagCache.Outbox.Diagnostics.OutboxLogIds"), (typeof(RedisTagCacheEntityTypeBuilderExtensions), "RedisTagCache.EntityFrameworkCore.Diagnostics.EntityFrameworkLogIds") }
            .SelectMany(ids => Constants<int>(ids.Item1.Assembly.GetType(ids.Item2, throwOnError: true)!)));

    public static IEnumerable<TheoryDataRow<string>> TestClasses =>
        Rows(DocPage.All.SelectMany(page => TestClass().Matches(page.Text)).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_PointToFilesAndHeadingsThatExist(string name)
    {
        var page = DocPage.Of(name);
        foreach (var target in Link().Matches(WithoutBlocks(page)).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://", StringComparison.Ordinal)))
        {
            var parts = target.Split('#');
            var path = parts[0].Length == 0 ? page.Path : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page.Path)!, parts[0]));
            Assert.True(Path.Exists(path), $"{name} links to {target}, which does not exist.");
            if (parts.Length > 1)
                Assert.True(Headings(path).Contains(parts[1]), $"{name} links to {target}, and there is no such heading.");
        }
    }

    [Fact]
    public void Index_NamesEveryPage()
    {
        var index = DocPage.Of("docs/README.md").Text;
        Assert.All(DocPage.All.Where(page => page.Name.StartsWith("docs/", StringComparison.Ordinal) && page.Name != "docs/README.md"),
            page => Assert.Contains($"({Path.GetFileName(page.Path)})", index, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Option_IsDescribed(string name) => AssertNames("docs/operations.md", name);

    [Theory]
    [MemberData(nameof(PageOptions))]
    public void PageOption_IsDescribed(string name) => AssertNames("docs/output-cache.md", name);

    [Theory]
    [MemberData(nameof(OutboxOptions))]
    public void OutboxOption_IsDescribed(string name) => AssertNames("docs/transactional-evictions.md", name);

    [Theory]
    [MemberData(nameof(ReportedNames))]
    public void ReportedName_IsDescribed(string name) => AssertNames("docs/observability.md", name);

    [Theory]
    [MemberData(nameof(LogIds))]
    public void LogId_IsDescribed(int id) =>
        Assert.Contains($"\n| {id.ToString(CultureInfo.InvariantCulture)} |", DocPage.Of("docs/observability.md").Text, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(TestClasses))]
    public void TestClass_NamedAsProof_Exists(string name)
    {
        Assert.NotEmpty(Repository.Files("tests", name + ".cs"));
    }

    /// <summary>The evidence is on one page. The others say what users get.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void UserPage_Always_NamesNoTestClass(string name)
    {
        if (name != "docs/verification.md")
            Assert.Empty(TestClass().Matches(DocPage.Of(name).Text).Select(match => match.Value));
    }

    private static void AssertNames(string page, string name) => Assert.Contains($"`{name}`", DocPage.Of(page).Text, StringComparison.Ordinal);

    private static IEnumerable<TheoryDataRow<T>> Rows<T>(IEnumerable<T> values) => values.Select(value => new TheoryDataRow<T>(value));

    private static IEnumerable<T> Constants<T>(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (T)field.GetRawConstantValue()!);

    private static string WithoutBlocks(DocPage page) => Block().Replace(page.Text, "");

    /// <summary>The anchors that a heading gets where Markdown is shown as a page.</summary>
    private static HashSet<string> Headings(string path) =>
        [.. File.ReadLines(path).Where(line => line.StartsWith('#'))
            .Select(line => string.Concat(line.TrimStart('#').Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-'))];

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex("`([A-Z][A-Za-z]+(?:Tests|Contract))`")]
    private static partial Regex TestClass();
}
