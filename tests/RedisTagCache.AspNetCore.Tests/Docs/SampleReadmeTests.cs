using System.Text.RegularExpressions;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Docs;

/// <summary>The readmes of the samples name files, links, and members that exist.</summary>
public sealed partial class SampleReadmeTests
{
    private static readonly string[] _readmes = [.. Directory.GetFiles(Repository.Folder("samples"), "README.md", SearchOption.AllDirectories)
        .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public static IEnumerable<TheoryDataRow<string>> Readmes => _readmes.Select(path => new TheoryDataRow<string>(Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')));

    [Theory]
    [MemberData(nameof(Readmes))]
    public void Links_PointToFilesThatExist(string name)
    {
        var path = Repository.Folder(name);
        foreach (var target in Link().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value.Split('#')[0]).Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)))
            Assert.True(Path.Exists(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, target))), $"{name} links to {target}, which does not exist.");
    }

    [Theory]
    [MemberData(nameof(Readmes))]
    public void Names_AreThoseOfTheSample(string name)
    {
        var path = Repository.Folder(name);
        var folder = Path.GetDirectoryName(path)!;
        var source = string.Concat(Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".csproj" or ".json" or ".cshtml" && !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText));
        foreach (var quoted in Code().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value))
        {
            if (quoted[0] is '/' or '-')
                continue; // an address of the application, or an argument
            if (quoted.Contains('/', StringComparison.Ordinal) || quoted.EndsWith(".cs", StringComparison.Ordinal) || quoted.EndsWith(".json", StringComparison.Ordinal))
                Assert.True(Path.Exists(Path.GetFullPath(Path.Combine(folder, quoted))), $"{name} names {quoted}, which does not exist.");
            else
                Assert.All(Identifier().Matches(quoted).Select(match => match.Value), word => Assert.True(source.Contains(word, StringComparison.Ordinal) || Exists(folder, word), $"{name} names {quoted}, but the sample has no {word}."));
        }
    }

    private static bool Exists(string folder, string word) => Path.Exists(Path.Combine(folder, word)) || Path.Exists(Path.Combine(Repository.Root, "src", word));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\b[A-Z][a-z]+[A-Za-z]*\b")]
    private static partial Regex Identifier();
}
