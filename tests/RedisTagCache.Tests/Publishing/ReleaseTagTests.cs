using System.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Publishing;

/// <summary>What a tag releases, in a repository of one small package with a release before it. Its programs are real, but for the one that makes the bill of materials.</summary>
public sealed class ReleaseTagTests : IDisposable
{
    private const string Nuspec = """
        <package><metadata>
          <id>RedisTagCache</id><version>1.2.3</version>
          <license type="expression">MIT</license>
          <icon>icon.png</icon>
          <readme>README.md</readme>
          <description>A sample.</description>
          <projectUrl>https://example.com/owner/name</projectUrl>
          <releaseNotes>See the changelog.</releaseNotes>
          <repository type="git" url="https://example.com/owner/name" commit="0123456" />
        </metadata></package>
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("release-tag-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Release_Tag_MakesEveryFile()
    {
        await PrepareAsync();

        var (code, output) = await ReleaseAsync("v1.2.3");

        Assert.True(code == 0, output);
        Assert.Equal(
            ["RedisTagCache.1.2.3.nupkg", "RedisTagCache.1.2.3.snupkg", "SHA256SUMS", "api-changes.md", "notes.md", "sbom.spdx.json"],
            Directory.GetFiles(Out()).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("Release of RedisTagCache 1.2.3, after v1.2.2, tag v1.2.3:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Release_PreviousRelease_ListsTheChangedMembers()
    {
        await PrepareAsync();

        await ReleaseAsync("v1.2.3");

        var changes = await File.ReadAllTextAsync(Path.Combine(Out(), "api-changes.md"), TestContext.Current.CancellationToken);
        Assert.StartsWith("# Public API: changes since v1.2.2\n", changes, StringComparison.Ordinal);
        Assert.Contains("```diff\n- Sample.Old() -> void\n+ Sample.New() -> void\n```", changes, StringComparison.Ordinal);
        var notes = await File.ReadAllTextAsync(Path.Combine(Out(), "notes.md"), TestContext.Current.CancellationToken);
        Assert.Contains("| `RedisTagCache` | 1 | 1 |", notes, StringComparison.Ordinal);
        Assert.Contains("<details><summary>Changed members</summary>", notes, StringComparison.Ordinal);
        Assert.Contains("+ Sample.New() -> void", notes, StringComparison.Ordinal);
        Assert.StartsWith("- A [guide](https://example.com/owner/name/blob/v1.2.3/docs/guide.md).\n", notes, StringComparison.Ordinal);
        Assert.Contains("`gh attestation verify FILE --repo owner/name`", notes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Release_TagOfAnotherVersion_Fails()
    {
        await PrepareAsync();

        var (code, output) = await ReleaseAsync("v1.2.4");

        Assert.Equal(1, code);
        Assert.Contains("The packages have the version 1.2.3, which is not that of the tag v1.2.4.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Release_LinesUnderUnreleased_Fails()
    {
        await PrepareAsync(unreleased: "- A line that was forgotten.");

        var (code, output) = await ReleaseAsync("v1.2.3");

        Assert.Equal(1, code);
        Assert.Contains("still has lines under \"Unreleased\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Release_RunOlderThanTheProtocol_Fails()
    {
        await PrepareAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, ".ci", "proof"), "[ \"$1\" != release ]\n", TestContext.Current.CancellationToken);

        var (code, _) = await ReleaseAsync("v1.2.3");

        Assert.Equal(1, code);
        Assert.False(Directory.Exists(Out()));
    }

    [Theory]
    [InlineData("<projectUrl>https://example.com/owner/name</projectUrl>", "names no project address")]
    [InlineData("commit=\"0123456\"", "names no repository and commit")]
    public async Task Release_PackageWithoutItsRepository_Fails(string without, string expected)
    {
        await PrepareAsync(nuspec: Nuspec.Replace(without, "", StringComparison.Ordinal));

        var (code, output) = await ReleaseAsync("v1.2.3");

        Assert.Equal(1, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    private string Out() => Path.Combine(_folder, "artifacts", "release");

    private Task<(int ExitCode, string Output)> ReleaseAsync(string tag) => ScriptRun.AtAsync(
        Path.Combine(_folder, ".ci", "release"),
        [tag],
        ("GITHUB_REPOSITORY", "owner/name"),
        ("GITHUB_SERVER_URL", "https://example.com"),
        ("PATH", $"{Path.Combine(_folder, "bin")}:{Environment.GetEnvironmentVariable("PATH")}"));

    private async Task PrepareAsync(string unreleased = "", string nuspec = Nuspec)
    {
        ScriptRun.SkipUnlessInstalled();
        Write(".ci/release", await File.ReadAllTextAsync(Repository.Folder(".ci", "release"), TestContext.Current.CancellationToken));
        Write(".ci/proof", "exit 0\n");
        Write("Directory.Packages.props", """<PackageVersion Include="StackExchange.Redis" Version="3.4.35" />""");
        Write("src/RedisTagCache/RedisTagCache.csproj", "<Project />");
        Write("src/RedisTagCache/PublicAPI.Shipped.txt", "#nullable enable\nSample.Kept() -> void\nSample.Old() -> void\n");
        Write("src/RedisTagCache/PublicAPI.Unshipped.txt", "#nullable enable\n");
        await GitAsync("init", "--quiet");
        await CommitAsync("v1.2.2");
        Write("src/RedisTagCache/PublicAPI.Unshipped.txt", "#nullable enable\n*REMOVED*Sample.Old() -> void\nSample.New() -> void\n");
        Write("CHANGELOG.md", $"# Changelog\n\n## [Unreleased]\n\n{unreleased}\n\n## [1.2.3]\n\n- A [guide](docs/guide.md).\n");
        await CommitAsync("v1.2.3");
        SamplePackage.Write(Path.Combine(_folder, "artifacts", "packages"), "RedisTagCache.1.2.3", nuspec);

        // The tool that makes the bill of materials is downloaded, which a test must not need.
        Write("bin/dotnet", """
            #!/usr/bin/env bash
            while [ $# -gt 0 ]; do [ "$1" != -m ] || manifest=$2; shift; done
            [ -z "${manifest:-}" ] || { mkdir -p "$manifest/_manifest/spdx_2.2"; echo pkg:nuget/StackExchange.Redis@3.4.35 > "$manifest/_manifest/spdx_2.2/manifest.spdx.json"; }

            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(_folder, "bin", "dotnet"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void Write(string path, string text)
    {
        path = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text.ReplaceLineEndings("\n"));
    }

    private async Task CommitAsync(string tag)
    {
        await GitAsync("add", "--all");
        await GitAsync("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false", "commit", "--quiet", "--message", tag);
        await GitAsync("tag", tag);
    }

    private async Task GitAsync(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = _folder })!;
        await git.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, git.ExitCode);
    }
}
