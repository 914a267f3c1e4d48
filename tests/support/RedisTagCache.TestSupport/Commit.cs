using System.Diagnostics;

namespace RedisTagCache.TestSupport;

/// <summary>Which state of the sources was run.</summary>
public static class Commit
{
    public static string Describe()
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["describe", "--always", "--dirty", "--exclude=*"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var commit = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? commit : "an unknown commit";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "an unknown commit";
        }
    }
}
