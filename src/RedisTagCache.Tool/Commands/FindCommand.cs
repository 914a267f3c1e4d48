using System.CommandLine;
using RedisTagCache.Management;
using RedisTagCache.Tool.Output;

namespace RedisTagCache.Tool.Commands;

/// <summary><c>find</c>: entries by tag, key and status.</summary>
internal static class FindCommand
{
    private static readonly Option<string?> _tag = new("--tag", "-t") { Description = "A tag that the entries have." };
    private static readonly Option<string?> _key = new("--key", "-k") { Description = "The prefix of the keys." };
    private static readonly Option<string?> _path = new("--path") { Description = "The path or address of a page. All its variants are found." };
    private static readonly Option<CacheEntryStatus?> _status = new("--status") { Description = "The status of the entries: fresh, stale or invalidated.", CustomParser = ParseVerdict };
    private static readonly Option<int> _limit = Numbers.Option("--limit", ["-n"], "The maximum number of entries.", 50, 1, int.MaxValue);
    private static readonly Option<long> _maximumKeys = Numbers.Option("--max-keys", [], "The maximum number of keys of the servers to scan.", Search.MaximumKeys, 1, long.MaxValue);

    public static Command Create(ToolHost host)
    {
        var command = new Command("find", "Finds entries by tag, key prefix, region and status. Scans the keys at a low pace.")
        {
            _tag, _path, _key, _status, _limit, _maximumKeys,
        }
            .Taking(CommonOptions.Prefix, CommonOptions.BuildNamespace, CommonOptions.Region, CommonOptions.Wide)
            .Refusing("it asks nothing.", CommonOptions.Yes);
        command.Validators.Add(static result =>
        {
            if (result.GetResult(_tag) is not null && result.GetResult(_path) is not null)
                result.AddError("--tag and --path cannot be combined: a search has one tag, and a path stands for one.");
        });
        ToolProgram.SetAction(command, host, async (parsed, report, cancellationToken) =>
        {
            report.Widen(parsed);
            await using var session = await Session.OpenAsync(parsed, host, cancellationToken);
            var search = new Search();
            var query = session.Query with
            {
                Tag = parsed.GetValue(_path) is { } path ? PagePath.TagOf(path) : parsed.GetValue(_tag) is { } tag ? Shown.Meant(tag) : null,
                KeyPrefix = parsed.GetValue(_key) is { } key ? Shown.Meant(key) : null,
                Region = parsed.GetValue(CommonOptions.Region),
                Status = parsed.GetValue(_status),
                MaxResults = parsed.GetValue(_limit),
                MaxKeys = parsed.GetValue(_maximumKeys),
            };
            await search.RunAsync(session, query, cancellationToken);
            var (found, progress) = (search.Found, search.Progress);
            report.Write(
                new { entries = found.Select(EntryView.Json), keysLookedAt = progress.Keys, isComplete = progress.IsComplete },
                () =>
                {
                    if (found.Count > 0)
                        report.Show(EntryView.Table(found));
                    report.Line($"{Shown.Count(found.Count, "entry")} found, {Shown.Count(progress.Keys)} scanned.{(progress.IsComplete ? "" : " A limit ended the search (--limit, --max-keys).")}");
                });
            return ExitCode.Ok;
        });
        return command;
    }

    private static CacheEntryStatus? ParseVerdict(System.CommandLine.Parsing.ArgumentResult result)
    {
        var text = result.Tokens is [{ } token] ? token.Value : "";
        if (Enum.TryParse<CacheEntryStatus>(text, ignoreCase: true, out var status) && text.All(char.IsAsciiLetter))
            return status;
        result.AddError($"--status must be fresh, stale or invalidated, but was '{text}'.");
        return null;
    }
}
