using System.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Publishing;

/// <summary>One run of a script of .ci/, outside of any hosting service.</summary>
internal static class ScriptRun
{
    public static async Task<(int ExitCode, string Output)> OfAsync(string script, string[] arguments, params (string Name, string Value)[] environment)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && IsInstalled("bash") && IsInstalled("unzip"), "The scripts of CI need Linux, bash, and unzip.");
        var start = new ProcessStartInfo("bash", [Repository.Folder(".ci", script), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
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
