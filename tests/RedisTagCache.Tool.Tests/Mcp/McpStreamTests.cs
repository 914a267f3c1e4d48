using System.Diagnostics;
using System.Text.Json;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tool.Tests.Mcp;

/// <summary>Standard output has messages of the protocol alone, and the process ends with its input.</summary>
public sealed class McpStreamTests
{
    [Fact]
    public async Task Output_OfAllThatCanHappen_IsProtocolAndTheProcessEndsWithItsInput()
    {
        await using var server = await RedisServer.StartAsync();
        await using (var application = Instance.Create(server.ConnectionString))
            await McpFixture.WriteAsync(application, "k", "v", "t");
        var start = new ProcessStartInfo("dotnet", [Repository.Program("src", "RedisTagCache.Tool"), "mcp", "-c", server.ConnectionString, "--allow-evictions"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var log = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string[] requests =
        [
            """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}""",
            """{"jsonrpc":"2.0","method":"notifications/initialized"}""",
            """{"jsonrpc":"2.0","id":2,"method":"tools/list"}""",
            """{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"health","arguments":{}}}""",
            """{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"find_entries","arguments":{"limit":[]}}}""",
            "this is not JSON",
            """{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"nosuch","arguments":{}}}""",
            """{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"evict_by_tag","arguments":{"tags":["t"]}}}""",
        ];
        foreach (var request in requests)
            await process.StandardInput.WriteLineAsync(request);
        await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);

        var answered = new HashSet<int>();
        while (answered.Count < 6)
        {
            var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            var message = JsonDocument.Parse(Assert.IsType<string>(line)).RootElement;
            Assert.Equal("2.0", message.GetProperty("jsonrpc").GetString());
            if (message.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number)
                answered.Add(id.GetInt32());
        }

        process.StandardInput.Close();
        Assert.Equal("", await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Ok, process.ExitCode);
        Assert.Contains("Evicted: t.", await log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "No connection is specified.")]
    [InlineData("localhost,pasword=secret-1", "The connection string is not valid.")]
    public async Task Start_WithoutAValidConnection_SaysSoOnStandardErrorAlone(string? connection, string said)
    {
        var run = await ToolRun.StartAsync(connection is null ? ["mcp"] : ["mcp", "-c", connection]);
        Assert.Equal((ExitCode.Usage, ""), (run.Code, run.Out));
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-1", run.Error, StringComparison.Ordinal);
    }
}
