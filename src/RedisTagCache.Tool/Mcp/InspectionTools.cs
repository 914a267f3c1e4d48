using System.ComponentModel;
using RedisTagCache.Management;
using RedisTagCache.Tool.Commands;
using RedisTagCache.Tool.Doctor;
using RedisTagCache.Tool.Output;

namespace RedisTagCache.Tool.Mcp;

/// <summary>The tools that only look. Each call has a connection of its own, as each command has.</summary>
internal sealed class InspectionTools(ToolSettings settings)
{
    private const int MaxFound = 100;
    private const string Options = "region and build";

    public async Task<string> HealthAsync(CancellationToken cancellationToken)
    {
        var (findings, isConnected) = await Checkup.RunAsync(settings, isReadOnly: true, cancellationToken);
        var (shown, omitted) = Answer.Fit([.. findings]);
        return Answer.Of(new
        {
            isConnected,
            worst = findings.Max(static finding => finding.Level),
            findings = shown,
            omitted,
            notChecked = "The permissions of the application's Redis user, and whether Redis accepts writes: the checks for those write. Run redistagcache doctor as that user.",
        });
    }

    public async Task<string> StatsAsync([Description(Arguments.Region)] string? region = null, CancellationToken cancellationToken = default)
    {
        await using var session = await Session.OpenAsync(settings, cancellationToken);
        var described = await session.Inspector.DescribeAsync(cancellationToken);
        var count = new EntryCount();
        var isInTime = await EndsAsync(count.RunAsync(session, session.Query with { Region = Arguments.Given(region), MaxKeys = StatsCommand.MaximumKeys }, cancellationToken));
        var (tagInvalidations, floorAge, withoutHistory) = StatsCommand.HistoryOf(described);
        var (servers, serversOmitted) = Answer.Fit([.. described.Servers]);
        var (entries, entriesOmitted) = Answer.Fit([.. count.Rows]);
        return Answer.Of(new
        {
            described.KeyPrefix,
            described.Topology,
            roundTripSeconds = described.RoundTrip,
            servers,
            serversOmitted,
            partitions = described.Partitions.Count,
            partitionsWithoutHistory = withoutHistory,
            tagInvalidations,
            floorAgeSeconds = floorAge,
            entries,
            entriesOmitted,
            keysLookedAt = count.Progress.Keys,
            count.Progress.IsComplete,
            stoppedBy = StoppedBy(count.Progress, isInTime),
        });
    }

    public async Task<string> FindAsync(
        [Description("A tag that the entries have, as the tools show it. Cannot be combined with path.")] string? tag = null,
        [Description(Arguments.Path + " All variants of the page are found.")] string? path = null,
        [Description("The beginning of the keys.")] string? keyPrefix = null,
        [Description(Arguments.Region)] string? region = null,
        [Description("The status: fresh, stale, or invalidated.")] CacheEntryStatus? status = null,
        [Description("The maximum number of entries, from 1 to 100.")] int limit = 20,
        CancellationToken cancellationToken = default)
    {
        if (limit is < 1 or > MaxFound)
            throw Arguments.Wrong($"limit must be from 1 to {MaxFound}, but was {limit}.");
        await using var session = await Session.OpenAsync(settings, cancellationToken);
        var query = session.Query with
        {
            Tag = Arguments.TagOf(tag, path),
            KeyPrefix = Arguments.Given(keyPrefix) is { } key ? Shown.Meant(key) : null,
            Region = Arguments.Given(region),
            Status = status,
            MaxResults = limit,
            MaxKeys = Search.MaximumKeys,
        };
        var search = new Search();
        var isInTime = await EndsAsync(search.RunAsync(session, query, cancellationToken));
        var (entries, omitted) = Answer.Fit([.. search.Found.Select(Answer.Entry)]);
        return Answer.Of(new { entries, omitted, keysLookedAt = search.Progress.Keys, search.Progress.IsComplete, stoppedBy = StoppedBy(search.Progress, isInTime) });
    }

    public async Task<string> InspectAsync(
        [Description(Arguments.Key)] string key, [Description(Arguments.Region)] string? region = null, [Description(Arguments.Build)] string? build = null, CancellationToken cancellationToken = default)
    {
        await using var session = await Session.OpenAsync(settings.Of(build), cancellationToken);
        var found = await LookUpAsync(session, key, region, includePayload: false, cancellationToken);
        var (entries, omitted) = Answer.Fit([.. found.Entries.Select(Answer.Entry)]);
        return Answer.Of(new { entries, omitted, found.IsComplete, more = found.More(Options) });
    }

    public async Task<string> ReadPayloadAsync(
        [Description(Arguments.Key)] string key, [Description(Arguments.Region)] string? region = null, [Description(Arguments.Build)] string? build = null, CancellationToken cancellationToken = default)
    {
        await using var session = await Session.OpenAsync(settings.Of(build), cancellationToken);
        var found = await LookUpAsync(session, key, region, includePayload: true, cancellationToken);
        var (entries, omitted) = Answer.Fit([.. found.Entries.Select(static entry => new
        {
            entry.Region,
            entry.BuildNamespace,
            entry.Key,
            entry.PayloadBytes,
            entry.IsNull,
            payload = entry.Payload is { } payload ? EntryView.PayloadOf(payload, entry.Compression) : null,
        })]);
        return Answer.Of(new { entries, omitted, found.IsComplete, more = found.More(Options) });
    }

    public async Task<string> ExplainAsync(
        [Description(Arguments.Key + " Either key or path is required.")] string? key = null,
        [Description(Arguments.Path)] string? path = null,
        [Description(Arguments.Region)] string? region = null,
        [Description(Arguments.Build)] string? build = null,
        CancellationToken cancellationToken = default)
    {
        if (Arguments.Given(key) is null == Arguments.Given(path) is null)
            throw Arguments.Wrong("Either key or path must be given, and not both.");
        await using var session = await Session.OpenAsync(settings.Of(build), cancellationToken);
        var search = new Search();
        var (isInTime, isComplete) = (true, true);
        if (Arguments.Given(key) is { } given)
        {
            var looked = await Lookup.OfAsync(session, Shown.Meant(given), Arguments.Given(region), includePayload: false, cancellationToken);
            search.Found.AddRange(looked.Entries);
            isComplete = looked.IsComplete;
        }
        else
        {
            isInTime = await EndsAsync(search.RunAsync(session, session.Query with { Tag = Arguments.TagOf(null, path), Region = Arguments.Given(region), MaxResults = MaxFound, MaxKeys = Search.MaximumKeys }, cancellationToken));
            isComplete = search.Progress.IsComplete;
        }

        var now = TimeProvider.System.GetUtcNow();
        var (entries, omitted) = Answer.Fit([.. search.Found.Select(entry =>
        {
            var shown = Answer.Entry(entry);
            shown.Insert(0, "isServed", ServedBecause.Word(entry));
            shown.Insert(1, "explanation", Shown.Of(ServedBecause.Of(entry, now)));
            return shown;
        })]);
        return Answer.Of(new
        {
            explanation = search.Found.Count > 0 ? null : isComplete ? $"{ServedBecause.NoEntry} {Lookup.ScopeOf(session, Arguments.Given(region))}".TrimEnd() : "No entry was found before a limit ended the search.",
            entries,
            omitted,
            isComplete,
            stoppedBy = isComplete ? null : isInTime ? "limit" : "time",
        });
    }

    public async Task<string> PreviewEvictionAsync(
        [Description("The tag, as the tools show it. Either tag or path is required.")] string? tag = null, [Description(Arguments.Path)] string? path = null, CancellationToken cancellationToken = default)
    {
        var meant = Arguments.TagOf(tag, path) ?? throw Arguments.Wrong("Either tag or path must be given.");
        await using var session = await Session.OpenAsync(settings, cancellationToken);
        var count = new EntryCount();

        // An eviction reaches every build, whichever one the server is configured for.
        var isInTime = await EndsAsync(count.RunAsync(session, new CacheEntryQuery { Tag = meant, AllBuilds = true, MaxKeys = Search.MaximumKeys }, cancellationToken));
        var (regions, omitted) = Answer.Fit([.. count.Rows]);
        var (examples, _) = Answer.Fit([.. count.Served.Select(Answer.Entry)]);
        return Answer.Of(new
        {
            tag = meant,
            reached = count.Rows.Sum(static row => row.Fresh + row.Stale),
            alreadyInvalidated = count.Rows.Sum(static row => row.Invalidated),
            regions,
            regionsOmitted = omitted,
            examples,
            keysLookedAt = count.Progress.Keys,
            count.Progress.IsComplete,
            stoppedBy = StoppedBy(count.Progress, isInTime),
        });
    }

    /// <summary>Waits for a search. If the time of the call is up, what it has found so far is the answer.</summary>
    private static async Task<bool> EndsAsync(Task search)
    {
        try
        {
            await search;
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static string? StoppedBy(CacheScanProgress progress, bool isInTime) => progress.IsComplete ? null : isInTime ? "limit" : "time";

    private static async Task<Lookup> LookUpAsync(Session session, string key, string? region, bool includePayload, CancellationToken cancellationToken)
    {
        var meant = Arguments.KeyOf(key);
        var found = await Lookup.OfAsync(session, meant, Arguments.Given(region), includePayload, cancellationToken);
        return found.Entries.Count > 0 ? found : throw found.NotFound(session, meant, Arguments.Given(region), Options);
    }
}
