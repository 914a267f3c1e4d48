using System.Globalization;
using System.Text.RegularExpressions;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Architecture;

/// <summary>Code, comments, messages and pages avoid the words for which plainer ones are in use.</summary>
public sealed partial class WordTests
{
    /// <summary>A line break, with the comment marks of the next line.</summary>
    private const string LineBreak = @"\s*\n[\s/*-]*";

    private const string Gap = "(?:[ -]|" + LineBreak + ")";

    [Fact]
    public void Texts_Always_AvoidDeniedWords()
    {
        var hits = TextFiles().SelectMany(file => HitsIn(File.ReadAllText(file)).Select(hit => $"{Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')}:{hit}")).ToArray();
        Assert.True(hits.Length == 0, string.Join('\n', hits));
    }

    /// <summary>Keys and fields in Redis keep their names, which the headers of the scripts list.</summary>
    [Fact]
    public void ScriptsAndModel_Always_UseTheNamesOfTheDocumentation()
    {
        var files = TextFiles().Where(file => file.EndsWith(".lua", StringComparison.Ordinal) || file.Replace('\\', '/').Contains("/RedisTagCache.Model/", StringComparison.Ordinal)).ToArray();
        Assert.Contains(files, file => Path.GetFileName(file) == "Machine.cs");
        var hits = files.SelectMany(file => File.ReadLines(file).Where(line => !line.StartsWith("-- KEYS: ", StringComparison.Ordinal))
            .SelectMany(line => Earlier().Matches(WordStart().Replace(line, " ")).Select(match => $"{Path.GetFileName(file)}: {match.Value} in {line.Trim()}"))).ToArray();
        Assert.True(hits.Length == 0, string.Join('\n', hits));
    }

    [Fact]
    public void TextFiles_Always_AreOfEachKind()
    {
        var files = TextFiles().Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')).ToHashSet(StringComparer.Ordinal);
        Assert.Superset(
            new HashSet<string>
            {
                "README.md", "CHANGELOG.md", ".github/CONTRIBUTING.md", "docs/README.md", "docs/adr/README.md", "lua/_prelude.lua", "samples/Newsroom/README.md", "samples/Newsroom/Program.cs", "src/RedisTagCache/ITagCache.cs",
                "src/RedisTagCache.AspNetCore/Operations/Web/page.js", "src/RedisTagCache.AspNetCore/Operations/Web/page.html", "tests/support/RedisTagCache.TestSupport.Basics/Repository.cs",
                ".ci/run", ".github/workflows/release.yml", "docs/llms.txt", "src/RedisTagCache/RedisTagCache.csproj", "src/RedisTagCache/PublicAPI.Unshipped.txt",
            },
            files);
        Assert.DoesNotContain(files, file => file.StartsWith("docs/history/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("two\nlook-ups", "2: look-ups")]
    [InlineData("var hasBegun = true;", "1: Begun")]
    [InlineData("private bool _begun;", "1: begun")]
    [InlineData("int LinesAtTheMost()", "1: At The Most")]
    [InlineData("Who comes later", "1: Who comes")]
    [InlineData("it is given out", "1: given out")]
    [InlineData("    /// one at\n    /// the most", "1: at the most")]
    [InlineData("kept **for\n  ever**", "1: for ever")]
    [InlineData("a look up, foreverThis, HTTPHandler, whimsical, history, at most", null)]
    public void HitsIn_AText_AreDeniedWordsWithTheirLines(string text, string? expected) => Assert.Equal(expected is null ? [] : [expected], HitsIn(text));

    private static IEnumerable<string> TextFiles()
    {
        string[] folders = ["src", "tests", "samples"];
        return folders.SelectMany(folder => Repository.Files(folder, "*.cs"))
            .Concat(Repository.Files("src", "*.js"))
            .Concat(Repository.Files("src", "*.md"))
            .Concat(Repository.Files("src", "*.html"))
            .Concat(Repository.Files("lua", "*.lua"))
            .Concat(Repository.Files("samples", "*.md"))
            .Concat(Repository.Files("docs", "*.md").Where(file => !file.StartsWith(Repository.Folder("docs", "history"), StringComparison.Ordinal)))
            .Concat(Repository.Files(".github", "*.md"))
            .Concat(Directory.GetFiles(Repository.Folder(".github"), "*.yml", SearchOption.AllDirectories))
            .Concat(Directory.GetFiles(Repository.Folder(".ci")))
            .Concat(new[] { "*.csproj", "*.props", "*.targets", "*.json", "*.cshtml", "*.razor", "*.css", "*.txt", "*.template.md" }.SelectMany(pattern => folders.SelectMany(folder => Repository.Files(folder, pattern))))
            .Append(Repository.Folder("Directory.Build.props"))
            .Append(Repository.Folder("docs", "llms.txt"))
            .Append(Repository.Folder("README.md"))
            .Append(Repository.Folder("CHANGELOG.md"))
            .Where(file => Path.GetFileName(file) != "WordTests.cs");
    }

    /// <summary>Finds denied words, also those in identifiers and those that a line break divides.</summary>
    private static IEnumerable<string> HitsIn(string text)
    {
        var words = WordStart().Replace(text, " ").Replace('_', ' ');
        return Denied().Matches(words).Select(match => string.Create(
            CultureInfo.InvariantCulture, $"{words.AsSpan(0, match.Index).Count('\n') + 1}: {Break().Replace(match.Value, " ")}"));
    }

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")]
    private static partial Regex WordStart();

    [GeneratedRegex(
        @"\b(look-ups?|anew|(give[sn]?|gave|giving)" + Gap + "out|begun|for" + Gap + "ever|at" + Gap + "the" + Gap + "most|who" + Gap + "comes|whoever|in" + Gap + "vain|is" + Gap + "away|his|him|"
            + "since" + Gap + "the" + Gap + "last" + Gap + "such" + Gap + @"line)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Denied();

    [GeneratedRegex(@"\b(marks?|marked|tokens?|judge[sd]?|dead|heal(s|ed|ing)?|refuse[sd]?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Earlier();

    [GeneratedRegex(LineBreak)]
    private static partial Regex Break();
}
