using System.Collections.Concurrent;
using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tool.Tests.Mcp;

/// <summary>The built tool as a process, and a client of the protocol that has started it.</summary>
internal sealed class McpProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _log;

    private McpProcess(McpClient client, ConcurrentQueue<string> log) => (Client, _log) = (client, log);

    public McpClient Client { get; }

    /// <summary>What the server has written to standard error.</summary>
    public string Log => string.Join('\n', _log);

    public static async Task<McpProcess> StartAsync(string connection, string prefix, params string[] options)
    {
        var log = new ConcurrentQueue<string>();
        var transport = new StdioClientTransport(new StdioClientTransportOptions
        {
            Command = "dotnet",
            Arguments = [Repository.Program("src", "RedisTagCache.Tool"), "mcp", "-c", connection, "-p", prefix, .. options],
            EnvironmentVariables = new Dictionary<string, string?> { ["DOTNET_TieredPGO"] = "0" },
            WorkingDirectory = Path.GetTempPath(),
            StandardErrorLines = log.Enqueue,
        });
        return new McpProcess(await McpClient.CreateAsync(transport, cancellationToken: TestContext.Current.CancellationToken), log);
    }

    public async Task<string[]> ToolNamesAsync() => [.. (await Client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken)).Select(static tool => tool.Name)];

    /// <summary>Calls a tool, and returns its answer.</summary>
    public async Task<JsonElement> CallAsync(string tool, object? arguments = null)
    {
        var (isError, text) = await CallForTextAsync(tool, arguments);
        Assert.False(isError, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Calls a tool until it succeeds: on a busy machine, a short time limit may end a call.</summary>
    public async Task<JsonElement> CallUntilAnsweredAsync(string tool, object? arguments = null)
    {
        var (isError, text) = (true, "");
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                (isError, text) = await CallForTextAsync(tool, arguments);
                return !isError;
            },
            $"{tool} is answered",
            TimeSpan.FromMinutes(1));
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Calls a tool, and returns what it says is wrong.</summary>
    public async Task<string> FailAsync(string tool, object? arguments = null)
    {
        var (isError, text) = await CallForTextAsync(tool, arguments);
        Assert.True(isError, text);
        var json = JsonDocument.Parse(text).RootElement;
        Assert.NotEqual("", json.GetProperty("advice").GetString());
        return json.GetProperty("error").GetString()!;
    }

    public async Task<(bool IsError, string Text)> CallForTextAsync(string tool, object? arguments = null)
    {
        var given = JsonSerializer.SerializeToElement(arguments ?? new { }).EnumerateObject().ToDictionary(static property => property.Name, static property => (object?)property.Value);
        var result = await Client.CallToolAsync(tool, given, cancellationToken: TestContext.Current.CancellationToken);
        return (result.IsError == true, Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text);
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();
}
