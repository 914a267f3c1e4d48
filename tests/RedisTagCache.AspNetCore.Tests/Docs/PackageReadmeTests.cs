using System.Text.RegularExpressions;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Docs;

/// <summary>Each package has a readme of its own, with an example, whose links the build can make absolute.</summary>
public sealed partial class PackageReadmeTests
{
    public static IEnumerable<TheoryDataRow<string>> Packages =>
        Directory.GetFiles(Repository.Folder("src"), "*.csproj", SearchOption.AllDirectories).Select(path => new TheoryDataRow<string>(Path.GetFileNameWithoutExtension(path)));

    [Theory]
    [MemberData(nameof(Packages))]
    public void Package_Always_HasAReadmeWithAnExample(string package)
    {
        var page = DocPage.Of($"src/{package}/PACKAGE.md");
        Assert.Equal("# " + package, page.Lines[0]);
        Assert.True(page.Blocks("csharp").Any() || page.Blocks("bash").Any(), $"{page.Name} has no example.");
        Assert.All(Link().Matches(page.Text).Select(match => match.Groups[1].Value), target => Assert.StartsWith("../../", target, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
