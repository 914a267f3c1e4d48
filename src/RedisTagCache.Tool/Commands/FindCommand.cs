using System.CommandLine;
using RedisTagCache.Inspection;
using RedisTagCache.Tool.Output;

namespace RedisTagCache.Tool.Commands;

/// <summary><c>find</c>: entries by tag, key and verdict.</summary>
internal static class FindCommand
{
    private static readonly Option<string?> _tag = new("--tag", "-t") { Description = "A tag the entries carry, exactly." };
    private static readonly Option<string?> _key = new("--key", "-k") { Description = "What the keys begin with." };
    private static readonly Option<CacheEntryVerdict?> _verdict = new("--verdict") { Description = "What the entries are worth: fresh, stale or dead." };
    private static readonly Option<int> _limit = new("--limit", "-n") { Description = "How many entries at the most.", DefaultValueFactory = static _ => 50 };
    private static readonly Option<long> _maximumKeys = new("--max-keys") { Description = "How many keys of the servers are walked past at the most.", DefaultValueFactory = static _ => 1_000_000 };

    public static Command Create(ToolHost host)
    {
        var command = new Command("find", "Finds entries by tag, by the beginning of the key, by surface and by what they are worth. Walks through the keys at a gentle pace.")
        {
            _tag, _key, _verdict, _limit, _maximumKeys,
        };
        ToolProgram.SetAction(command, host, async (parsed, report, cancellationToken) =>
        {
            await using var session = await Session.OpenAsync(parsed, host, cancellationToken);
            var last = new Last();
            var query = new CacheEntryQuery
            {
                Tag = parsed.GetValue(_tag),
                KeyPrefix = parsed.GetValue(_key) is { } key ? Shown.Meant(key) : null,
                Surface = parsed.GetValue(CommonOptions.Surface),
                BuildNamespace = session.Settings.BuildNamespace,
                AllBuilds = session.Settings.BuildNamespace is null,
                Verdict = parsed.GetValue(_verdict),
                MaximumResults = parsed.GetValue(_limit),
                MaximumKeys = parsed.GetValue(_maximumKeys),
                Progress = last,
            };
            var found = new List<CacheEntryInfo>();
            await foreach (var entry in session.Inspector.FindAsync(query, cancellationToken))
                found.Add(entry);

            report.Write(
                new { entries = found.Select(EntryView.Json), keysLookedAt = last.Value.Keys, isComplete = last.Value.IsComplete },
                () =>
                {
                    if (found.Count > 0)
                        report.Terminal.Write(EntryView.Table(found));
                    report.Line($"{Shown.Count(found.Count, "entry")} of {Shown.Count(last.Value.Keys)} looked at{(last.Value.IsComplete ? "." : "; a limit ended the search (--limit, --max-keys).")}");
                });
            return ExitCode.Ok;
        });
        return command;
    }

    private sealed class Last : IProgress<CacheScanProgress>
    {
        public CacheScanProgress Value { get; private set; }

        public void Report(CacheScanProgress value) => Value = value;
    }
}
