using RedisTagCache.Tool.Commands;
using RedisTagCache.Tool.Output;

namespace RedisTagCache.Tool.Mcp;

/// <summary>The arguments of tools: their descriptions, and what they mean.</summary>
internal static class Arguments
{
    public const string Region = "The region: output for pages, hybrid for values, distributed, or one of the application. The default is all regions.";
    public const string Build = "The build, as the tools show it. The default is the build of the server's configuration, or all builds.";
    public const string Key = "The key of the entry, as the tools show it.";
    public const string Path = "The path of a page such as /articles/7, or its address. A query makes no difference.";

    /// <summary>Returns none for an empty text, which clients may send for what is not given.</summary>
    public static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <exception cref="ToolException">It is empty.</exception>
    public static string KeyOf(string? key) => Given(key) is { } given ? Shown.Meant(given) : throw Wrong("key must not be empty.");

    /// <summary>Returns the tag that was given, or that of the path; none for neither.</summary>
    /// <exception cref="ToolException">Both are given, or it is no path.</exception>
    public static string? TagOf(string? tag, string? path) => (Given(tag), Given(path)) switch
    {
        (null, null) => null,
        ({ } given, null) => Shown.Meant(given),
        (null, { } page) => PagePath.TagOf(page, "path"),
        _ => throw Wrong("tag and path cannot be combined: a path stands for a tag."),
    };

    public static ToolSettings Of(this ToolSettings settings, string? build) => settings with { BuildNamespace = Given(build) ?? settings.BuildNamespace };

    public static ToolException Wrong(string message) => new(ExitCode.Usage, message, "See the description of the tool.");
}
