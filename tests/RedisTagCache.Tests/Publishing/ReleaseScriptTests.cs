namespace RedisTagCache.Tests.Publishing;

/// <summary>A release is not made from a package that lacks a part, nor without notes.</summary>
public sealed class ReleaseScriptTests : IDisposable
{
    private const string Nuspec = """
        <package><metadata>
          <id>Sample</id><version>1.2.3</version>
          <license type="expression">MIT</license>
          <icon>icon.png</icon>
          <readme>README.md</readme>
          <description>A sample.</description>
          <releaseNotes>See the changelog.</releaseNotes>
        </metadata></package>
        """;

    private const string Changelog = """
        # Changelog

        ## [Unreleased]

        ## [1.2.3]

        ### Added

        - A [guide](docs/guide.md), and a [page](https://example.com/page).

        ## [1.2.2]

        ## [1.2.1]

        - A fix.
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("release-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Check_CompletePackage_Succeeds()
    {
        var (code, output) = await ScriptRun.OfAsync("release", ["check", Pack(Nuspec)]);

        Assert.True(code == 0, output);
    }

    [Theory]
    [InlineData("<readme>README.md</readme>", "names no readme")]
    [InlineData("<icon>icon.png</icon>", "names no icon")]
    [InlineData("""<license type="expression">MIT</license>""", "names no license")]
    [InlineData("<description>A sample.</description>", "has no description")]
    [InlineData("<releaseNotes>See the changelog.</releaseNotes>", "has no release notes")]
    public async Task Check_PackageWithoutMetadata_Fails(string element, string expected)
    {
        var (code, output) = await ScriptRun.OfAsync("release", ["check", Pack(Nuspec.Replace(element, "", StringComparison.Ordinal))]);

        Assert.Equal(1, code);
        Assert.Contains($"Sample.1.2.3.nupkg {expected}", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("README.md", "has no readme")]
    [InlineData("icon.png", "has no icon")]
    [InlineData("lib/net10.0/Sample.dll", "has no assembly")]
    [InlineData("lib/net10.0/Sample.xml", "has no XML documentation")]
    [InlineData("lib/net10.0/Sample.pdb", "has no symbols")]
    public async Task Check_PackageWithoutFile_Fails(string entry, string expected)
    {
        var (code, output) = await ScriptRun.OfAsync("release", ["check", Pack(Nuspec, entry)]);

        Assert.Equal(1, code);
        Assert.Contains($"Sample.1.2.3.nupkg {expected}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Notes_VersionWithSection_PrintsTheSection()
    {
        var (code, output) = await NotesAsync("v1.2.3");

        Assert.Equal(0, code);
        Assert.Equal("### Added\n\n- A [guide](docs/guide.md), and a [page](https://example.com/page).\n", output);
    }

    [Fact]
    public async Task Notes_KnownRepository_LinksToTheTag()
    {
        var (_, output) = await NotesAsync("v1.2.3", ("GITHUB_REPOSITORY", "owner/name"), ("GITHUB_SERVER_URL", "https://example.com"));

        Assert.Contains("[guide](https://example.com/owner/name/blob/v1.2.3/docs/guide.md), and a [page](https://example.com/page)", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v1.2.2")]
    [InlineData("v1.2")]
    [InlineData("v2.0.0")]
    public async Task Notes_VersionWithoutText_Fails(string tag)
    {
        var (code, output) = await NotesAsync(tag);

        Assert.Equal(1, code);
        Assert.Contains($"has no section \"## [{tag[1..]}]\"", output, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output)> NotesAsync(string tag, params (string Name, string Value)[] environment)
    {
        var path = Path.Combine(_folder, "CHANGELOG.md");
        File.WriteAllText(path, Changelog.ReplaceLineEndings("\n"));
        return ScriptRun.OfAsync("release", ["notes", tag], [.. environment, ("CHANGELOG", path)]);
    }

    private string Pack(string nuspec, string? without = null) => SamplePackage.Write(_folder, "Sample.1.2.3", nuspec, without);
}
