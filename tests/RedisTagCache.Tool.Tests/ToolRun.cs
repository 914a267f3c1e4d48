using System.Diagnostics;
using System.Text.Json;

namespace RedisTagCache.Tool.Tests;

/// <summary>The tool as a shell would start it, and what came of it.</summary>
internal sealed record ToolRun(int Code, string Out, string Error, TimeSpan Taken)
{
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public static Task<ToolRun> StartAsync(params string[] args) => StartAsync(args, answer: null);

    /// <param name="args">The command line.</param>
    /// <param name="answer">What somebody says who is there; nobody is when there is none.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="folder">The current folder.</param>
    public static async Task<ToolRun> StartAsync(string[] args, string? answer, Dictionary<string, string>? environment = null, string? folder = null)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var host = new ToolHost(
            output, error, new StringReader(answer ?? ""), answer is not null, name => environment?.GetValueOrDefault(name), folder ?? Path.GetTempPath());
        var watch = Stopwatch.StartNew();
        var code = await ToolProgram.RunAsync(args, host, TestContext.Current.CancellationToken);
        return new ToolRun(code, output.ToString(), error.ToString(), watch.Elapsed);
    }
}
