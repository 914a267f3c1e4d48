using System.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Publishing;

/// <summary>Readers of docs/verification.md see which published runs are older than the protocol, and no release is made with such a run.</summary>
public sealed class ProofScriptTests : IDisposable
{
    private const string Page = "docs/verification.md";
    private const string Run = "docs/run.md";
    private const string Script = "lua/script.lua";
    private readonly string _folder = Directory.CreateTempSubdirectory("proof-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Without the history of git, there is nothing to compare: the script says so in one line.</summary>
    [Fact]
    public async Task Check_OfThisRepository_FindsNothing()
    {
        var (code, output) = await ScriptRun.OfAsync("proof", ["check"]);

        Assert.SkipWhen(code == 0 && output.Contains("not checked", StringComparison.Ordinal), output.Trim());
        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task Check_UnchangedProtocol_Succeeds()
    {
        await BeginAsync();
        Commit("README.md", "Another text.");

        Assert.Equal((0, ""), await ProofAsync("check"));
        Assert.Equal((0, ""), await ProofAsync("release"));
    }

    [Fact]
    public async Task Check_OlderRun_FailsUntilItIsListed()
    {
        var commit = await BeginAsync();
        Commit(Script, "return 2");

        var (code, output) = await ProofAsync("check");
        Assert.Equal(1, code);
        Assert.Contains($"> * [A run](run.md), library at {commit}", output, StringComparison.Ordinal);
        Assert.Contains("Run bash .ci/proof declare", output, StringComparison.Ordinal);

        Assert.Equal((0, ""), await ProofAsync("declare"));
        Assert.Equal((0, ""), await ProofAsync("check"));
        Assert.Contains($"* [A run](run.md), library at {commit}\n", Read(Page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_ListedRunThatIsNotOlder_Fails()
    {
        await BeginAsync();
        Commit(Script, "return 2");
        await ProofAsync("declare");
        Commit(Script, "return 1");

        var (code, output) = await ProofAsync("check");

        Assert.Equal(1, code);
        Assert.Contains("> No published run is older than the protocol.", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "docs/run.md names no commit")]
    [InlineData("library at an unknown commit", "says \"library at\" without a commit")]
    [InlineData("library at HEAD-dirty", "says \"library at\" without a commit")]
    [InlineData("library at 1234567", "names the commit 1234567, which is not an ancestor of HEAD")]
    [InlineData("library\nat 1234567", "names the commit 1234567, which is not an ancestor of HEAD")]
    [InlineData("library at BRANCH", ", which is not an ancestor of HEAD")]
    public async Task Check_RunWithoutACommitOfTheBranch_Fails(string text, string expected)
    {
        ArgumentNullException.ThrowIfNull(text);
        var commit = await BeginAsync();
        Git("checkout", "-q", "-b", "other");
        Commit(Script, "return 3");
        var other = Git("rev-parse", "HEAD");
        Git("checkout", "-q", "-");
        Commit(Run, "# A run\n\n" + text.Replace("HEAD", commit, StringComparison.Ordinal).Replace("BRANCH", other, StringComparison.Ordinal));

        var (code, output) = await ProofAsync("check");

        Assert.Equal(1, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_AnyPageWithAForeignCommit_Fails()
    {
        await BeginAsync();
        Commit("docs/cost.md", "12 us, library at 7654321");

        var (code, output) = await ProofAsync("check");

        Assert.Equal(1, code);
        Assert.Contains("docs/cost.md names the commit 7654321", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_RunOfTwoCommits_IsAsOldAsTheOlder()
    {
        var first = await BeginAsync();
        Commit(Script, "return 2");
        Commit(Run, $"# A run\n\n* half: library at {Git("rev-parse", "--short", "HEAD")}\n* half: library at {first}\n");

        Assert.Equal(1, (await ProofAsync("check")).ExitCode);
    }

    [Fact]
    public async Task Release_OlderRun_FailsWithTheCommitsSince()
    {
        var commit = await BeginAsync();
        Commit(Script, "return 2", "Change the protocol");
        await ProofAsync("declare");
        Commit("README.md", "Another text.", "Change a page");

        var (code, output) = await ProofAsync("release");

        Assert.Equal(1, code);
        Assert.Contains($"docs/run.md is of the library at {commit}. Commits of the protocol since then: 1\n", output, StringComparison.Ordinal);
        Assert.Contains("Change the protocol", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Change a page", output, StringComparison.Ordinal);
        Assert.Contains("Published runs are older than the protocol", output, StringComparison.Ordinal);
    }

    /// <summary>A source archive or a shallow clone has no commits to compare. A release is made from neither.</summary>
    [Fact]
    public async Task Check_WithoutHistory_SaysSoAndIsNoRelease()
    {
        await BeginAsync();
        Directory.Delete(Path.Combine(_folder, ".git"), recursive: true);

        Assert.Equal((0, "proof: not checked, because commits cannot be compared without the history of git.\n"), await ProofAsync("check"));
        Assert.Equal(1, (await ProofAsync("release")).ExitCode);
    }

    [Fact]
    public async Task Run_UncommittedChanges_AreRefused()
    {
        await BeginAsync();
        File.WriteAllText(Path.Combine(_folder, Script), "return 2");

        var (code, output) = await ProofAsync("model");

        Assert.Equal(1, code);
        Assert.Contains(Script, output, StringComparison.Ordinal);
        Assert.Contains("Commit these changes first", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_UnknownStep_IsRefused()
    {
        await BeginAsync();

        var (code, output) = await ProofAsync("modl");

        Assert.Equal(1, code);
        Assert.Contains("\"modl\" is not one of: model histories http", output, StringComparison.Ordinal);
    }

    /// <summary>Makes a repository with a protocol of one script, and a run of its first commit. Returns that commit.</summary>
    private async Task<string> BeginAsync()
    {
        Git("init", "-q");
        Directory.CreateDirectory(Path.Combine(_folder, ".ci"));
        File.Copy(Repository.Folder(".ci", "proof"), Path.Combine(_folder, ".ci", "proof"));
        Write(Page, "# Verification\n\n<!-- older runs -->\n<!-- end -->\n");
        Commit(Script, "return 1");
        var commit = Git("rev-parse", "--short", "HEAD");
        Write(Run, $"# A run\n\n* 2026-11-23, library at {commit}\n");
        await ProofAsync("declare");
        Commit("README.md", "A text.");
        return commit;
    }

    private Task<(int ExitCode, string Output)> ProofAsync(string argument) =>
        ScriptRun.OfAsync(Path.Combine(_folder, ".ci", "proof"), [argument], ("PUBLISHED", $"{Run} lua"));

    private string Read(string file) => File.ReadAllText(Path.Combine(_folder, file));

    private void Write(string file, string text)
    {
        var path = Path.Combine(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>Commits everything, with a file changed.</summary>
    private void Commit(string file, string text, string subject = "A commit")
    {
        Write(file, text);
        Git("add", "--all");
        Git("-c", "user.name=Tests", "-c", "user.email=tests@example.com", "-c", "commit.gpgsign=false", "commit", "-q", "-m", subject);
    }

    private string Git(params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The scripts of CI need Linux.");
        var start = new ProcessStartInfo("git", ["-C", _folder, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEnd();
        var errors = git.StandardError.ReadToEnd();
        git.WaitForExit();
        Assert.True(git.ExitCode == 0, errors);
        return output.Trim();
    }
}
