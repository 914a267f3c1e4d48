using System.Runtime.InteropServices;
using System.Text;
using RedisTagCache.History.Checking;
using RedisTagCache.History.Faults;
using RedisTagCache.History.Work;
using RedisTagCache.TestSupport;

namespace RedisTagCache.History.Reporting;

/// <summary>What came out, for readers of the docs.</summary>
internal sealed class Report(
    HistoryOptions options, string redis, TimeSpan duration, int processes, Verdicts verdicts, IReadOnlyList<Fault> faults, IReadOnlyList<FaultPlan> plans)
{
    private readonly StringBuilder _text = new();

    public string Write()
    {
        Head();
        Table("Operations", "what | times", verdicts.Operations.OrderBy(o => o.Key).Select(o => $"{o.Key} | {o.Value}"));
        Table("Reads by outcome", "outcome | reads", verdicts.Reads.OrderBy(o => o.Key).Select(o => $"{o.Key} | {o.Value}"));
        Table("Promises", "promise | checked | violated", Enum.GetValues<Promise>().Select(p => $"{p} | {verdicts.Checked.GetValueOrDefault(p)} | {verdicts.Violated.GetValueOrDefault(p)}"));
        Table("Faults", "fault | times | reads checked from then until the next", plans.Select(p => $"{p.Name} | {faults.Count(f => f.Name == p.Name)} | {verdicts.CheckedAfter.GetValueOrDefault(p.Name)}"));
        if (options.HasFaults && !FakeClock.IsInstalled) Line("Without libfaketime, no server with a slow clock was promoted.\n");
        Table("Not judged, for an exception that docs/known-limitations.md makes", "reason | times", verdicts.NotJudged.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => $"{n.Key} | {n.Value}"));
        Copies();
        Healing();
        if (verdicts.Shown.Count > 0) Table("Violations, the first of each promise", "violation", verdicts.Shown);
        return _text.ToString();
    }

    private void Head()
    {
        Line("# A history, checked");
        Line();
        Line(verdicts.TotalViolated == 0 ? $"No violation in {verdicts.TotalChecked} checks." : $"**{verdicts.TotalViolated} violations** in {verdicts.TotalChecked} checks.");
        Line();
        Line($"* {DateTime.UtcNow:yyyy-MM-dd}, {duration.TotalMinutes:0.#} minutes, library at {Commit.Describe()}");
        Line($"* .NET {Environment.Version}, Redis {redis}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores shared by all processes");
        Line($"* `dotnet run -c Release --project tests/verification/RedisTagCache.History -- {options}`");
        Line($"* {options.Workers} workers at a time, {processes} in all; {Plan.Caches} caches with {Plan.KeysOfEach} keys and {Plan.TagsOfEach} tags each; {verdicts.TotalOperations} operations recorded");
        Line();
    }

    private void Copies()
    {
        var late = verdicts.Staleness.Order().ToArray();
        Line("## How soon copies follow");
        Line();
        Line(late.Length == 0
            ? "No copy was returned after a confirmed change."
            : $"{late.Length} reads of copies gave a value older than a change that was confirmed before they began: by {late[late.Length / 2]:0.0} ms (p50), {late[(int)(late.Length * 0.99)]:0.0} ms (p99), {late[^1]:0.0} ms (most). The bound is {Exceptions.CopiesFollowWithin.TotalSeconds:0} s.");
        Line();
    }

    private void Healing()
    {
        var rollbacks = faults.Where(f => f.Rollback is not null).ToArray();
        if (rollbacks.Length == 0) return;
        Table(
            "How soon lost evictions are in force again",
            "fault | times | old content was read | last, after Redis was back: median | most",
            rollbacks.GroupBy(f => f.Name).Select(group =>
            {
                var healed = group.Where(f => verdicts.HealedAfter.ContainsKey(f.Rollback!)).Select(f => verdicts.HealedAfter[f.Rollback!]).Order().ToArray();
                return $"{group.Key} | {group.Count()} | {healed.Length} times | {(healed.Length > 0 ? $"{healed[healed.Length / 2]:0.00} s | {healed[^1]:0.00} s" : "- | -")}";
            }));
    }

    private void Table(string title, string head, IEnumerable<string> rows)
    {
        Line($"## {title}");
        Line();
        Line($"| {head} |");
        Line($"| {string.Join(" | ", head.Split('|').Select((_, i) => i == 0 ? "---" : "---:"))} |");
        foreach (var row in rows)
            Line($"| {row} |");
        Line();
    }

    private void Line(FormattableString text) => Line(FormattableString.Invariant(text));

    private void Line(string text = "") => _text.Append(text).Append('\n');
}
