using System.ComponentModel;
using RedisTagCache.Tool.Commands;
using RedisTagCache.Tool.Output;

namespace RedisTagCache.Tool.Mcp;

/// <summary>The tools that evict and remove. Each change is written to the log.</summary>
internal sealed class EvictionTools(ToolSettings settings, TextWriter log)
{
    private const int MaxTags = 20;

    public Task<string> EvictByTagAsync(
        [Description("The tags, 1 to 20, as the tools show them. The tag * is that of all pages and values.")] string[] tags, CancellationToken cancellationToken = default)
    {
        Check(tags, nameof(tags));
        return EvictAsync([.. tags.Select(Shown.Meant)], cancellationToken);
    }

    public Task<string> EvictByPathAsync(
        [Description("The paths of pages such as /articles/7, or their addresses, 1 to 20. A query makes no difference.")] string[] paths, CancellationToken cancellationToken = default)
    {
        Check(paths, nameof(paths));
        return EvictAsync([.. paths.Select(static path => PagePath.TagOf(path, "Each of the paths"))], cancellationToken);
    }

    public async Task<string> RemoveAsync(
        [Description(Arguments.Key)] string key,
        [Description(Arguments.Region)] string? region = null,
        [Description(Arguments.Build)] string? build = null,
        CancellationToken cancellationToken = default)
    {
        var meant = Arguments.KeyOf(key);
        await using var session = await Session.OpenAsync(settings.Of(build), cancellationToken);
        var found = await Lookup.OfAsync(session, meant, Arguments.Given(region), includePayload: false, cancellationToken);
        if (found.Entries.Count == 0)
            throw found.NotFound(session, meant, Arguments.Given(region), "region and build");
        var removed = await RemoveCommand.RemoveAsync(session, found.Entries, cancellationToken);
        await log.WriteLineAsync(Shown.Of($"Removed {Shown.Count(removed)} of the key {meant}."));
        var (entries, omitted) = Answer.Fit([.. found.Entries.Select(static entry => new { entry.Region, entry.BuildNamespace, entry.Key })]);
        return Answer.Of(new { removed, entries, omitted, found.IsComplete, more = found.IsComplete ? null : "There may be more entries of this key: a limit ended the search. Call the tool again." });
    }

    private async Task<string> EvictAsync(string[] tags, CancellationToken cancellationToken)
    {
        await using var session = await Session.OpenAsync(settings, cancellationToken);
        await session.Store.EvictByTagAsync(tags, cancellationToken);
        await log.WriteLineAsync(Shown.Of($"Evicted: {string.Join(", ", tags)}."));
        return Answer.Of(new { done = true, tags });
    }

    /// <summary>The store skips empty tags, and a client would take that for an eviction.</summary>
    private static void Check(string[] texts, string name)
    {
        if (texts is not { Length: >= 1 and <= MaxTags } || texts.Any(string.IsNullOrEmpty))
            throw new ToolException(ExitCode.Usage, $"{name} must be 1 to {MaxTags} texts that are not empty.", "Call the tool several times for more.");
    }
}
