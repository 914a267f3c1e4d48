using System.Diagnostics;
using System.Xml.Linq;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.Tests.Architecture;

/// <summary>The lowest version of the client: what the package references, what the tests run with, and what the documentation says.</summary>
public sealed class ClientVersionTests
{
    /// <summary>The version that fixed calls that completed with the reply to another call.</summary>
    private static readonly Version _first = new(3, 4, 31);

    private static readonly string _referenced = XDocument.Load(Repository.Folder("Directory.Packages.props"))
        .Descendants("PackageVersion")
        .Single(static package => (string?)package.Attribute("Include") == "StackExchange.Redis")
        .Attribute("Version")!.Value;

    [Fact]
    public void PackageReference_Always_IsTheLowestVersionThatIsSupported()
    {
        Assert.True(Version.TryParse(_referenced, out var version), _referenced); // a number alone: NuGet takes it for the lowest version
        Assert.InRange(version, _first, new Version(version.Major, int.MaxValue));
        var project = XDocument.Load(Repository.Folder("src", "RedisTagCache", "RedisTagCache.csproj"));
        var reference = project.Descendants("PackageReference").Single(static package => (string?)package.Attribute("Include") == "StackExchange.Redis");
        Assert.Equal(["Include"], reference.Attributes().Select(static attribute => attribute.Name.LocalName)); // not private, and no version of its own
        Assert.Empty(reference.Elements());
    }

    [Fact]
    public void Tests_Always_RunWithTheLowestVersion()
    {
        var version = FileVersionInfo.GetVersionInfo(typeof(IConnectionMultiplexer).Assembly.Location);
        Assert.Equal(_referenced, $"{version.FileMajorPart}.{version.FileMinorPart}.{version.FileBuildPart}");
    }

    [Fact]
    public void Documentation_Always_StatesTheLowestVersion() =>
        Assert.Contains($"StackExchange.Redis {_referenced} or later", File.ReadAllText(Repository.Folder("docs", "getting-started.md")), StringComparison.Ordinal);
}
