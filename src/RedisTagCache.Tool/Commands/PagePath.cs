using RedisTagCache.Tags;

namespace RedisTagCache.Tool.Commands;

/// <summary>The tag of a page by its path, or by the address that an operator has.</summary>
internal static class PagePath
{
    /// <param name="text">The path or the address.</param>
    /// <param name="name">What it was given as.</param>
    /// <exception cref="ToolException">It is neither a path nor an address of a page.</exception>
    public static string TagOf(string text, string name = "--path") => text.StartsWith('/') || (Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https" })
        ? PathTag.OfAddress(text)
        : throw new ToolException(ExitCode.Usage, $"{name} must be a path that begins with '/' or an address with http or https, but was '{text}'.", "A query is ignored: a path stands for all variants of its page.");
}
