using System.Diagnostics;

namespace RedisTagCache.TestSupport;

/// <summary>Which state of the sources was run.</summary>
public static class Commit
{
    /// <summary>The commit, as reports name it. Pages of docs/ may differ from it, because a run writes some of them.</summary>
    public static string Describe() =>
        Git("describe", "--always", "--exclude=*") is not { } commit ? "an unknown commit"
            : Git("status", "--porcelain", "--", ":/", ":(top,exclude)docs") is { Length: 0 } ? commit
            : commit + "-dirty";

    private static string? Git(params string[] arguments)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
