using System.Diagnostics;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Samples;

/// <summary>The sample that evicts from outside of the web application, as a process of its own on the plain runtime.</summary>
public sealed class PublisherTests : IAsyncLifetime
{
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Tags_OnTheCommandLineOrFromStandardInput_AreEvictedEverywhere()
    {
        await using var application = Instance.Create(_server.ConnectionString);
        foreach (var tag in new[] { "a", "b", "c", "d" })
            await application.Store.WriteAsync(tag, "v", tag);
        Assert.Equal((0, "Evicted: a, b"), await RunAsync("", "a", "b"));
        Assert.Equal((null, null, "v"), (await application.Store.ReadAsync("a"), await application.Store.ReadAsync("b"), await application.Store.ReadAsync("c")));
        Assert.Equal((0, "Evicted: c"), await RunAsync("c\n\n"));
        Assert.Equal((null, "v"), (await application.Store.ReadAsync("c"), await application.Store.ReadAsync("d")));
    }

    [Fact]
    public async Task WithoutRedis_TheExitCodeTellsThatItIsNotConfirmed()
    {
        _server.Kill();
        Assert.Equal((1, ""), await RunAsync("", TimeSpan.FromSeconds(1), "a"));
    }

    [Fact]
    public async Task Runtime_IsThePlainOne()
    {
        var runtime = await File.ReadAllTextAsync(Path.ChangeExtension(Repository.Program("samples", "Publisher"), ".runtimeconfig.json"), TestContext.Current.CancellationToken);
        Assert.Contains("Microsoft.NETCore.App", runtime, StringComparison.Ordinal);
        Assert.DoesNotContain("AspNetCore", runtime, StringComparison.Ordinal);
    }

    private Task<(int Code, string Output)> RunAsync(string input, params string[] tags) => RunAsync(input, SharedServers.OperationTimeout, tags);

    private async Task<(int Code, string Output)> RunAsync(string input, TimeSpan timeout, params string[] tags)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.Program("samples", "Publisher"), .. tags]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["RedisTagCache__Configuration"] = _server.ConnectionString;
        start.Environment["RedisTagCache__OperationTimeout"] = timeout.ToString();
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output.Trim());
    }
}
