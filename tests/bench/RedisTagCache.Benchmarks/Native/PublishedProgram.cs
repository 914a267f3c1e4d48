using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Benchmarks.Native;

/// <summary>The program of a worker and a web application, published in one of two ways.</summary>
internal sealed class PublishedProgram(string name, string folder)
{
    private const string Project = "RedisTagCache.AotSmoke";
    private const string Page = "/articles/1";
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    public string Name => name;

    /// <summary>What is deployed, in MB: everything but symbols and documentation.</summary>
    public double Megabytes => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(static file => Path.GetExtension(file) is not (".pdb" or ".dbg" or ".xml")).Sum(static file => new FileInfo(file).Length) / 1e6;

    public static async Task<PublishedProgram> PublishAsync(string name, bool isNative)
    {
        var folder = Repository.Folder("artifacts", "starts", isNative ? "native" : "runtime");
        string[] kind = isNative ? [] : ["--self-contained", "-p:PublishAot=false"];
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["publish", Repository.Folder("tests", "support", Project), "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "-p:RunAnalyzers=false", "-o", folder, .. kind])
            start.ArgumentList.Add(argument);
        using var publish = Process.Start(start)!;
        var output = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        return publish.ExitCode == 0 ? new PublishedProgram(name, folder) : throw new InvalidOperationException(output);
    }

    /// <summary>Starts the worker. Returns the time to its first value.</summary>
    public async Task<ProgramStart> LookAsync(string connectionString)
    {
        var watch = Stopwatch.StartNew();
        using var process = Start("look", connectionString);
        var from = await process.StandardOutput.ReadLineAsync().WaitAsync(_patience);
        var time = watch.Elapsed;
        await process.WaitForExitAsync().WaitAsync(_patience);
        return new ProgramStart(time.TotalMilliseconds, null, from == "cache");
    }

    /// <summary>Starts the web application. Returns the time to its first page.</summary>
    public async Task<ProgramStart> ServeAsync(string connectionString)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Host = "smoke.example";
        var watch = Stopwatch.StartNew();
        using var process = Start("serve", connectionString);
        var address = await process.StandardOutput.ReadLineAsync().WaitAsync(_patience) ?? throw new InvalidOperationException("The web application has ended.");
        using var response = await client.GetAsync(new Uri(address + Page));
        await response.Content.ReadAsByteArrayAsync();
        var time = watch.Elapsed;
        process.Refresh();
        var memory = process.WorkingSet64 / 1e6;
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(_patience);
        return new ProgramStart(time.TotalMilliseconds, memory, response.Headers.TryGetValues("X-Cache", out var status) && status.Single() == "hit");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{name}: {Megabytes:0.0} MB");

    private Process Start(string role, string connectionString)
    {
        var start = new ProcessStartInfo(Path.Combine(folder, Project)) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(role);
        start.ArgumentList.Add(connectionString);
        return Process.Start(start)!;
    }
}
