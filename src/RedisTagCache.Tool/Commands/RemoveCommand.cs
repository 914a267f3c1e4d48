using System.CommandLine;
using RedisTagCache.Management;
using RedisTagCache.Tool.Output;

namespace RedisTagCache.Tool.Commands;

/// <summary><c>remove KEY</c>: removes the entries of one key.</summary>
internal static class RemoveCommand
{
    private static readonly Argument<string> _key = new("KEY") { Description = "The key, as used by the application or shown by find." };

    public static Command Create(ToolHost host)
    {
        var command = new Command("remove", "Removes the entries of a key, in the specified region and build, or in all of them.") { _key }
            .Taking(CommonOptions.Prefix, CommonOptions.BuildNamespace, CommonOptions.Region, CommonOptions.Yes)
            .Refusing("it writes no table.", CommonOptions.Wide);
        ToolProgram.SetAction(command, host, async (parsed, report, cancellationToken) =>
        {
            var key = Shown.Meant(parsed.GetRequiredValue(_key));
            await using var session = await Session.OpenAsync(parsed, host, cancellationToken);
            var found = await Lookup.OfAsync(session, key, parsed.GetValue(CommonOptions.Region), includePayload: false, cancellationToken);
            if (found.Entries.Count == 0)
                throw found.NotFound(session, key, parsed.GetValue(CommonOptions.Region));
            var where = string.Join(", ", found.Entries.Select(static entry => $"{entry.Region} of {entry.BuildNamespace ?? "all builds"}"));
            await report.ConfirmAsync(parsed.GetValue(CommonOptions.Yes), $"Remove '{key}' ({where}) at {session.Settings.Where}?", cancellationToken);
            report.WhenStopped = Report.PartlyRemoved;

            var removed = await RemoveAsync(session, found.Entries, cancellationToken);
            report.Write(
                new { removed, entries = found.Entries.Select(static entry => new { entry.Region, entry.BuildNamespace, entry.Key }), found.IsComplete },
                () => report.Line($"Removed {Shown.Count(removed)}: {where}.{(found.IsComplete ? "" : " There may be more entries of this key: a limit ended the search. Run the command again.")}"));
            return removed > 0 ? ExitCode.Ok : ExitCode.Problem;
        });
        return command;
    }

    /// <summary>Returns how many of the entries were still there.</summary>
    public static async Task<int> RemoveAsync(Session session, IEnumerable<CacheEntryInfo> found, CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var entry in found)
            removed += await session.Inspector.RemoveAsync(entry, cancellationToken) ? 1 : 0;
        return removed;
    }
}
