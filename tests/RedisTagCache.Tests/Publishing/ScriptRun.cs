using System.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Publishing;

/// <summary>One run of a script of .ci/, outside of any hosting service.</summary>
internal static class ScriptRun
{
    public static void SkipUnlessInstalled() =>
        Assert.SkipUnless(OperatingSystem.IsLinux() && IsInstalled("bash") && IsInstalled("git") && IsInstalled("unzip"), "The scripts of CI need Linux, bash, git, and unzip.");

    /// <summary>Runs a script of this repository.</summary>
    public static Task<(int ExitCode, string Output)> OfAsync(string script, string[] arguments, params (string Name, string Value)[] environment) =>
        AtAsync(Repository.Folder(".ci", script), arguments, environment);

    /// <summary>Runs the script at a path.</summary>
    public static async Task<(int ExitCode, string Output)> AtAsync(string path, string[] arguments, params (string Name, string Value)[] environment)
    {
        SkipUnlessInstalled();
        var start = new ProcessStartInfo("bash", [path, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("GITHUB_REPOSITORY");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
