using System.CommandLine;
using RedisTagCache.Tool.Output;

namespace RedisTagCache.Tool.Commands;

/// <summary><c>evict</c> and <c>expire</c>: end entries by their tags, on all regions and in all builds.</summary>
internal static class InvalidateCommand
{
    private static readonly Argument<string[]> _tags = new("TAG")
    {
        Description = "The tags, as shown by find. All pages and values have the tag *.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string[]> _paths = new("--path")
    {
        Description = "The path or address of a page, for all its variants. Can be used several times.",
    };

    public static Command CreateEvict(ToolHost host) => Create(
        host, "evict", "Evicts all entries with one of the tags, in all regions and builds, at once.", "Evict", "Evicted",
        static (store, tags, cancellationToken) => store.EvictByTagAsync(tags, cancellationToken));

    public static Command CreateExpire(ToolHost host) => Create(
        host, "expire", "Makes all entries with one of the tags stale. They are served while one instance refreshes them.", "Expire", "Expired",
        static (store, tags, cancellationToken) => store.ExpireByTagAsync(tags, cancellationToken));

    private static Command Create(
        ToolHost host, string name, string description, string asked, string done, Func<ITagCacheStore, string[], CancellationToken, ValueTask> invalidate)
    {
        var command = new Command(name, description) { _tags, _paths }
            .Taking(CommonOptions.Prefix, CommonOptions.Yes)
            .Refusing("tags reach every region and every build.", CommonOptions.Region, CommonOptions.BuildNamespace)
            .Refusing("it writes no table.", CommonOptions.Wide);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_tags) is not { Tokens.Count: > 0 } && result.GetResult(_paths) is not { Tokens.Count: > 0 })
                result.AddError($"'{name}' must be given at least one tag or --path.");
        });
        ToolProgram.SetAction(command, host, async (parsed, report, cancellationToken) =>
        {
            string[] tags = [.. (parsed.GetValue(_tags) ?? []).Select(Shown.Meant), .. (parsed.GetValue(_paths) ?? []).Select(static path => PagePath.TagOf(path))];
            await using var session = await Session.OpenAsync(parsed, host, cancellationToken);
            await report.ConfirmAsync(parsed.GetValue(CommonOptions.Yes), $"{asked} {string.Join(", ", tags)} in '{session.Settings.Prefix}' at {session.Settings.Where}?", cancellationToken);
            report.WhenStopped = Report.Unconfirmed;
            await invalidate(session.Store, tags, cancellationToken);
            report.Write(new { done = true, tags }, () => report.Line($"{done}: {string.Join(", ", tags)}."));
            return ExitCode.Ok;
        });
        return command;
    }
}
