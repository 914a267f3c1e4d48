using System.Globalization;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace RedisTagCache.Tool.Mcp;

/// <summary>Runs a tool within the limit, and returns what went wrong as an error with advice.</summary>
/// <param name="tool">The tool.</param>
/// <param name="limit">The limit.</param>
/// <param name="whenStopped">What to say if the time is up.</param>
/// <param name="log">Where unexpected exceptions are written.</param>
internal sealed class BoundedTool(McpServerTool tool, CallLimit limit, string whenStopped, TextWriter log) : DelegatingMcpServerTool(tool)
{
    private const string Advice = "See the description of the tool.";

    public override async ValueTask<CallToolResult> InvokeAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken = default)
    {
        try
        {
            var result = await limit.RunAsync(time => base.InvokeAsync(request, time).AsTask(), cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            return result;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Error(string.Create(CultureInfo.InvariantCulture, $"The call did not end within {limit.Duration.TotalSeconds:0.#} s, so it was stopped."), whenStopped);
        }
        catch (JsonException)
        {
            return Error("An argument has a wrong type, or a value that the schema of the tool does not list.", Advice);
        }
        catch (ArgumentException e)
        {
            return Error(e.Message, Advice);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (Failure.Of(e) is { } failure)
                return Error(failure.Message, failure.Advice);
            await log.WriteLineAsync($"{ProtocolTool.Name} failed: {e}");
            throw;
        }
    }

    private static CallToolResult Error(string message, string advice) =>
        new() { IsError = true, Content = [new TextContentBlock { Text = Answer.Of(new { error = message, advice }) }] };
}
