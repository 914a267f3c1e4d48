using System.Text.RegularExpressions;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Docs;

/// <summary>docs/llms.txt has the form that language models expect, and lists every page of docs/ once.</summary>
public sealed partial class LlmsTests
{
    private static readonly string[] _lines = File.ReadAllText(Repository.Folder("docs", "llms.txt")).ReplaceLineEndings("\n").TrimEnd().Split('\n');

    private static (string Title, string Target, string Note)[] Links =>
        [.. _lines.SkipWhile(static line => !line.StartsWith("## ", StringComparison.Ordinal)).Where(static line => line.StartsWith('-')).Select(static line => Link().Match(line)).Select(static match => (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value))];

    [Fact]
    public void Form_Always_IsTitleSummaryAndSectionsOfLinks()
    {
        Assert.Equal("# RedisTagCache", _lines[0]);
        Assert.StartsWith("> ", _lines[2], StringComparison.Ordinal);
        var sections = _lines.SkipWhile(static line => !line.StartsWith("## ", StringComparison.Ordinal)).Where(static line => line.Length > 0).ToArray();
        Assert.All(sections, static line => Assert.True(line.StartsWith("## ", StringComparison.Ordinal) || Link().IsMatch(line), line));
        Assert.Equal("## Optional", sections.Last(static line => line.StartsWith("## ", StringComparison.Ordinal)));
        Assert.All(Links, static link => Assert.InRange(link.Note.Length, 10, 200));
    }

    [Fact]
    public void Links_AreThePagesOfTheDocumentationOnceEach()
    {
        var pages = Repository.Files("docs", "*.md").Select(static page => Path.GetRelativePath(Repository.Folder("docs"), page).Replace('\\', '/'));
        Assert.Equal(pages.Order(StringComparer.Ordinal), Links.Select(static link => link.Target).Order(StringComparer.Ordinal));
        Assert.Distinct(Links.Select(static link => link.Title));
    }

    [Fact]
    public void Decisions_HaveTheirTitles()
    {
        foreach (var (_, target, note) in Links.Where(static link => Decision().IsMatch(link.Target)))
            Assert.Equal(File.ReadLines(Repository.Folder("docs", target)).First().Split(". ", 2)[1], note);
    }

    [Fact]
    public void Names_InTheSummary_AreThoseOfTheCode()
    {
        var summary = string.Join('\n', _lines.TakeWhile(static line => !line.StartsWith("## ", StringComparison.Ordinal)));
        var sources = Repository.Files("src", "*.cs").Select(File.ReadAllText).ToArray();
        Assert.All(
            Name().Matches(summary).Select(static match => match.Groups[1].Value),
            name => Assert.True(Directory.Exists(Repository.Folder("src", name)) || sources.Any(source => Regex.IsMatch(source, $@"\b{Regex.Escape(name.Split('.')[^1])}\b")), name));
    }

    [GeneratedRegex(@"^- \[([^\]]+)\]\(([^)\s]+)\): (.+)$")]
    private static partial Regex Link();

    [GeneratedRegex(@"^adr/\d")]
    private static partial Regex Decision();

    [GeneratedRegex(@"`([A-Z][A-Za-z.]+)(?:\(\))?`")]
    private static partial Regex Name();
}
