using System.Runtime.InteropServices;
using System.Text;
using RedisTagCache.HttpHistory.Application;
using RedisTagCache.HttpHistory.Checking;
using RedisTagCache.HttpHistory.Clients;
using RedisTagCache.HttpHistory.Faults;
using RedisTagCache.TestSupport;

namespace RedisTagCache.HttpHistory.Reporting;

/// <summary>What came out, for readers of the docs.</summary>
internal sealed class Report(HttpHistoryResult result, IReadOnlyList<PlantedResult> planted)
{
    private readonly StringBuilder _text = new();

    public string Write()
    {
        var verdicts = result.Verdicts;
        Head();
        Table("Promises", "Promise | Checks | Violations", Enum.GetValues<Promise>().Select(promise => $"{promise} | {verdicts.Checked(promise)} | {verdicts.Violated(promise)}"));
        Table("Responses by X-Cache", "Value | Count", Enum.GetValues<CacheStatus>().Select(status => $"{status} | {verdicts.Responded(status)}"));
        Line($"{verdicts.Refreshed} responses from the cache had been rendered by a refresh in the background, and {verdicts.OfUsers} were pages of signed-in users.");
        Line();
        Table("Evictions", "Kind | Count", Counted(static key => !key.StartsWith(FaultLoop.Name, StringComparison.Ordinal) && !key.StartsWith(HostLog.Line, StringComparison.Ordinal)));
        Table("Faults", "Fault | Count", FaultLoop.Of(verdicts).Select(static fault => $"{fault.Kind} | {fault.Times}"));
        Table("Errors that were logged", "Line | Count", Counted(static key => key.StartsWith(HostLog.Line, StringComparison.Ordinal)));
        Table("Not judged, for an exception that docs/known-limitations.md makes", "Reason | Count", verdicts.NotJudged.OrderBy(static reason => reason.Key, StringComparer.Ordinal).Select(static reason => $"{reason.Key} | {reason.Value}"));
        Memory();
        if (planted.Count > 0)
            Table("Faults planted on purpose", "Fault | Found after | Responses until then | Broken promises", planted.Select(Planted));
        if (verdicts.Shown.Count > 0)
            Table("Violations, the first of each promise", "Violation", verdicts.Shown);
        return _text.ToString();
    }

    private IEnumerable<string> Counted(Func<string, bool> isOne) =>
        result.Verdicts.Counts.Where(count => isOne(count.Key)).OrderBy(static count => count.Key, StringComparer.Ordinal).Select(static count => $"{count.Key} | {count.Value}");

    private static string Planted(PlantedResult planted)
    {
        var broken = Enum.GetValues<Promise>().Where(promise => planted.Result.Verdicts.Violated(promise) > 0);
        return FormattableString.Invariant(
            $"{planted.Planted} | {(planted.IsFound ? FormattableString.Invariant($"{planted.Result.Took.TotalSeconds:0.0} s") : "**not found**")} | {planted.Result.Verdicts.Responses} | {string.Join(", ", broken)}");
    }

    private void Head()
    {
        var verdicts = result.Verdicts;
        Line("# An HTTP history, checked");
        Line();
        Line(verdicts.TotalViolated == 0
            ? $"No violation in {verdicts.TotalChecked} checks of {verdicts.Responses} responses."
            : (FormattableString)$"**{verdicts.TotalViolated} violations** in {verdicts.TotalChecked} checks of {verdicts.Responses} responses.");
        Line();
        Line($"* {DateTime.UtcNow:yyyy-MM-dd}, {result.Took.TotalMinutes:0.#} minutes, library at {Commit.Describe()}");
        Line($"* .NET {Environment.Version}, Redis {result.Redis}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores shared by servers, clients and Redis");
        Line($"* `dotnet run -c Release --project tests/verification/RedisTagCache.HttpHistory -- {result.Options}`");
        Line($"* {result.Applications} generated applications, each on two instances");
        Line();
    }

    private void Memory()
    {
        Line("## Memory");
        Line();
        Line($"At most {result.Memory.MostInFlight >> 20} MiB of responses were in flight. The working set of clients and servers together grew by at most {result.Memory.LargestWorkingSet >> 20} MiB. The bound is {MemoryCheck.Base >> 20} MiB and {MemoryCheck.Multiple} times the bytes in flight. {result.Memory.Collections} times the working set was above it; a full collection then left a growth of {result.Memory.LargestKept >> 20} MiB at most.");
        Line();
    }

    private void Table(string title, string head, IEnumerable<string> rows)
    {
        Line($"## {title}");
        Line();
        Line($"| {head} |");
        Line($"| {string.Join(" | ", head.Split('|').Select(static (_, i) => i == 0 ? "---" : "---:"))} |");
        foreach (var row in rows)
            Line($"| {row} |");
        Line();
    }

    private void Line(FormattableString text) => Line(FormattableString.Invariant(text));

    private void Line(string text = "") => _text.Append(text).Append('\n');
}
