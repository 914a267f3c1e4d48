using System.Runtime.InteropServices;
using System.Text;
using RedisTagCache.Soak.Faults;
using RedisTagCache.Soak.Load;
using RedisTagCache.Soak.Web;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Soak.Reporting;

/// <summary>What came out, for readers of the docs.</summary>
internal sealed class Report(SoakOptions options, string redis, Timeline timeline, FaultSchedule faults, Tally tally, GrowthResult growth, IReadOnlyList<WebLog> logs)
{
    private readonly TimeSpan _duration = timeline.Elapsed;
    private readonly StringBuilder _text = new();

    public bool IsGood => IsWhole && tally.Failed.Value == 0 && tally.Violations.Value == 0 && growth.IsGood;

    private bool IsWhole => _duration >= options.Duration;

    public string Verdict => FormattableString.Invariant(
        $"{(IsGood ? "Passed" : IsWhole ? "Not passed" : "Ended early")}: {tally.Failed.Value} failed requests, {tally.Violations.Value} violations, growth {(!growth.IsJudged ? "not judged in so short a run" : growth.IsGood ? "within its bounds" : "beyond its bounds")}.");

    public string Write()
    {
        Head();
        Requests();
        Table("Faults", "fault | times", "--- | ---:", faults.Names.Select(name => $"{name} | {timeline.Faults.Count(f => f.Name == name)}"));
        Latency();
        Size();
        Table("Warnings and errors in the logs of the two web processes", "event | lines", "--- | ---:", Events());
        if (!tally.Incidents.IsEmpty) Table("What went wrong, the first of it", "incident", "---", tally.Incidents);
        return _text.ToString();
    }

    private void Head()
    {
        Line("# A soak run");
        Line();
        Line(Verdict);
        Line();
        Line($"* {DateTime.UtcNow:yyyy-MM-dd}, {_duration.TotalMinutes:0.#} minutes, library at {Commit.Describe()}");
        Line($"* .NET {Environment.Version}, Redis {redis}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores shared by all processes");
        Line($"* `dotnet run -c Release --project tests/verification/RedisTagCache.Soak -- {options}`");
        Line();
        Line("Two processes of the sample Newsroom, unmodified, with one Redis of 64 MB (`allkeys-lru`). Readers ask for articles (Zipf), sections, the front page,");
        Line("the names in the news, and articles that do not exist; an editor changes articles on both. The samples are in [soak.csv](soak.csv).");
        Line();
        Line("![Samples over time](soak.png)");
        Line();
    }

    private void Requests()
    {
        Line("## Requests and checks");
        Line();
        Line("| | |");
        Line("| --- | ---: |");
        Line($"| requests | {tally.Requests.Value} |");
        Line($"| failed: status 500 or above or another than expected, no connection, or no answer within {Reader.Patience.TotalSeconds:0} s | {tally.Failed.Value} |");
        Line($"| excluded: the connection was lost or refused because the soak had killed that web process | {tally.Excluded.Value} |");
        Line($"| hit ratio of output caching (`X-Cache`: hit {tally.Hits.Value}, stale {tally.Stale.Value}, miss {tally.Misses.Value}) | {tally.HitRatio:P1} |");
        Line($"| edits whose evictions were confirmed | {tally.EditsConfirmed.Value} |");
        Line($"| edits that were not confirmed: Redis or the web process was away | {tally.EditsUnconfirmed.Value} |");
        Line($"| of those, more than 10 s after a fault | {tally.EditsUnconfirmedInQuiet.Value} |");
        Line($"| edits withdrawn: the log said that an eviction was not confirmed | {tally.EditsWithdrawn.Value} |");
        Line($"| checks: an article asked for after a confirmed edit, on either instance | {tally.Checks.Value} |");
        Line($"| of those, asked for at once after the edit | {tally.ChecksAfterEdit.Value} |");
        Line($"| violations: an older version was shown | {tally.Violations.Value} |");
        Line();
    }

    private void Latency()
    {
        Line("## Latency, ms");
        Line();
        Line($"After a fault: requests that began or ended while a fault lasted, or within {Timeline.Aftermath.TotalSeconds:0} s of its end.");
        Line();
        Line("| pages | | requests | p50 | p99 | max |");
        Line("| --- | --- | ---: | ---: | ---: | ---: |");
        Row("articles, sections, not found", "quiet", tally.Pages.Quiet);
        Row("articles, sections, not found", "after a fault", tally.Pages.Troubled);
        Row("front page and names in the news (1 s to compute after each edit)", "quiet", tally.Computed.Quiet);
        Row("front page and names in the news", "after a fault", tally.Computed.Troubled);
        Line();

        void Row(string pages, string when, ConcurrentLatencyHistogram h) =>
            Line($"| {pages} | {when} | {h.Count} | {h.Percentile(0.5):0.0} | {h.Percentile(0.99):0.0} | {h.MaxMilliseconds:0} |");
    }

    private void Size()
    {
        Line("## Growth");
        Line();
        Line($"Medians of {growth.Window.TotalMinutes:0.#} minutes: after {growth.WarmUp.TotalMinutes:0.#} minutes of warm-up, and at the end. The process is a, which lives through the whole run.");
        Line("Twice a minute the startup hook that measures forces a collection there, so that the live heap is known.");
        Line();
        Line("| | early | late | change | may grow by | |");
        Line("| --- | ---: | ---: | ---: | ---: | --- |");
        foreach (var (bound, (early, late)) in growth.Values.Select(v => (v.Bound, (v.Growth.Early, v.Growth.Late))))
        {
            var verdict = !growth.IsJudged ? "not judged" : bound.Holds(new Growth(early, late)) ? "holds" : "**too much**";
            Line($"| {bound.Name} | {early / bound.Unit:0.#} | {late / bound.Unit:0.#} | {(late - early) / bound.Unit:+0.#;-0.#;0} | {bound.Allowance} | {verdict} |");
        }

        Line();
    }

    private IEnumerable<string> Events() =>
        logs.SelectMany(l => l.Events).GroupBy(e => e.Key, e => e.Value).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => FormattableString.Invariant($"`{g.Key}` | {g.Sum()}"));

    private void Table(string title, string head, string rule, IEnumerable<string> rows)
    {
        Line($"## {title}");
        Line();
        foreach (var row in rows.Prepend(rule).Prepend(head))
            Line($"| {row} |");
        Line();
    }

    private void Line(string text = "") => _text.Append(text).Append('\n');
}
