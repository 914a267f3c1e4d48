using System.CommandLine;
using System.Globalization;
using RedisTagCache.Management;
using RedisTagCache.Tool.Output;

namespace RedisTagCache.Tool.Commands;

/// <summary><c>inspect KEY</c>: everything about one entry.</summary>
internal static class InspectCommand
{
    private static readonly Argument<string> _key = new("KEY") { Description = "The key, as used by the application or shown by find." };
    private static readonly Option<bool> _payload = new("--payload") { Description = "Also shows the first bytes of the payload, or with --json all of it (as stored, in Base64)." };

    public static Command Create(ToolHost host)
    {
        var command = new Command("inspect", "Shows the entries of a key, and why they are served or not.") { _key, _payload }
            .Taking(CommonOptions.Prefix, CommonOptions.BuildNamespace, CommonOptions.Region, CommonOptions.Wide)
            .Refusing("it asks nothing.", CommonOptions.Yes);
        ToolProgram.SetAction(command, host, async (parsed, report, cancellationToken) =>
        {
            report.Widen(parsed);
            await using var session = await Session.OpenAsync(parsed, host, cancellationToken);
            var key = Shown.Meant(parsed.GetRequiredValue(_key));
            var found = await Lookup.OfAsync(session, key, parsed.GetValue(CommonOptions.Region), parsed.GetValue(_payload), cancellationToken);
            if (found.Entries.Count == 0)
                throw found.NotFound(session, key, parsed.GetValue(CommonOptions.Region));
            report.Write(new { entries = found.Entries.Select(EntryView.Json), found.IsComplete }, () =>
            {
                found.Entries.ForEach(entry => Show(report, entry));
                if (found.More() is { } more)
                    report.Line(more);
            });
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Show(Report report, CacheEntryInfo entry)
    {
        var table = Report.Table("", "");
        table.ShowHeaders = false;
        Report.Row(table, "key", EntryView.NameOf(entry));
        Report.Row(table, "region", entry.Region);
        Report.Row(table, "build", entry.BuildNamespace ?? "shared by all builds");
        Report.Row(table, "partition", entry.Partition.ToString(CultureInfo.InvariantCulture));
        Report.Row(table, "status", EntryView.VerdictOf(entry));
        if (entry.TagInvalidatedAt is not null)
            Report.Row(table, "since", Shown.Time(entry.TagInvalidatedAt));
        Report.Row(table, "written", $"{Shown.Time(entry.CreatedAt)} ({Shown.Of(entry.Age)} ago)");
        Report.Row(table, "fresh until", entry.FreshUntil is null ? "it ends" : Shown.Time(entry.FreshUntil));
        if (entry.StaleUntil is not null)
            Report.Row(table, "stale until", $"{Shown.Time(entry.StaleUntil)}. Then served only if a new value cannot be computed");
        if (entry.SlidingExpiration is not null)
            Report.Row(table, "slides", $"ends {Shown.Of(entry.SlidingExpiration)} after the last read");
        Report.Row(table, "ends in", entry.TimeToLive is null ? "never" : Shown.Of(entry.TimeToLive));
        Report.Row(table, "size", $"{Shown.Bytes(entry.StoredBytes)} stored, {Shown.Bytes(entry.PayloadBytes)} of them payload{(entry.Compression == CacheCompression.None ? "" : $", {entry.Compression}")}");
        Report.Row(table, "tags", entry.Tags.Count == 0 ? "none" : string.Join(' ', entry.Tags));
        if (entry.IsNull)
            Report.Row(table, "value", "null");
        if (entry.Payload is { } payload)
            Report.Row(table, "payload", EntryView.PayloadOf(payload, entry.Compression));
        report.Show(table);
    }
}
