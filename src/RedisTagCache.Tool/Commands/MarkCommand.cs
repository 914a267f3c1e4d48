using System.CommandLine;

namespace RedisTagCache.Tool.Commands;

/// <summary><c>evict</c> and <c>expire</c>: end entries by their tags, on all surfaces and in all builds.</summary>
internal static class MarkCommand
{
    private static readonly Argument<string[]> _tags = new("TAG")
    {
        Description = "The tags. * is carried by every page and every value.",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command CreateEvict(ToolHost host) => Create(
        host, "evict", "Evicts every entry that carries one of the tags, on every surface and in every build, at once.", "Evict", "Evicted",
        static (store, tags, cancellationToken) => store.EvictByTagAsync(tags, cancellationToken));

    public static Command CreateExpire(ToolHost host) => Create(
        host, "expire", "Makes every entry that carries one of the tags stale: it is served while one instance makes it anew.", "Expire", "Expired",
        static (store, tags, cancellationToken) => store.ExpireByTagAsync(tags, cancellationToken));

    private static Command Create(
        ToolHost host, string name, string description, string asked, string done, Func<ITagCacheStore, string[], CancellationToken, ValueTask> mark)
    {
        var command = new Command(name, description) { _tags };
        ToolProgram.SetAction(command, host, async (parsed, report, cancellationToken) =>
        {
            var tags = parsed.GetRequiredValue(_tags);
            await using var session = await Session.OpenAsync(parsed, host, cancellationToken);
            report.Confirm(parsed.GetValue(CommonOptions.Yes), $"{asked} {string.Join(", ", tags)} in '{session.Settings.Prefix}' at {session.Settings.Where}?");
            await mark(session.Store, tags, cancellationToken);
            report.Write(new { done = true, tags }, () => report.Line($"{done}: {string.Join(", ", tags)}."));
            return ExitCode.Ok;
        });
        return command;
    }
}
