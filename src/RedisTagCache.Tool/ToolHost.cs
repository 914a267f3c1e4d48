using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace RedisTagCache.Tool;

/// <summary>Where the tool runs: what it reads from and writes to.</summary>
/// <param name="Out">For what was asked for.</param>
/// <param name="Error">For what went wrong.</param>
/// <param name="In">For answers.</param>
/// <param name="IsInteractive">Whether a user is there to answer.</param>
/// <param name="Environment">Reads an environment variable.</param>
/// <param name="Folder">The current folder, for its appsettings.</param>
internal sealed record ToolHost(TextWriter Out, TextWriter Error, TextReader In, bool IsInteractive, Func<string, string?> Environment, string Folder)
{
    /// <summary>Gets how <c>mcp</c> exchanges messages, past <see cref="In"/> and <see cref="Out"/>. By default, there is no client, so that it ends at once.</summary>
    public Func<ITransport> Transport { get; init; } = static () => new StreamServerTransport(Stream.Null, Stream.Null);
}
