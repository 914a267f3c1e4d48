using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Commits.Rounds;

/// <summary>How the rounds of each fault have ended, for readers of the docs.</summary>
internal sealed class Report(CommitsOptions options, string servers)
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<(Fault Fault, int Rounds, Tally Tally)> _tallies = [];
    private readonly StringBuilder _text = new();

    public bool IsGood => _tallies.TrueForAll(static fault => fault.Tally.IsGood);

    public void Add(Fault fault, int rounds, Tally tally) => _tallies.Add((fault, rounds, tally));

    public string Write()
    {
        var (rounds, violations) = (_tallies.Sum(static fault => fault.Rounds), _tallies.SelectMany(static fault => fault.Tally.Violations).ToArray());
        Line("# Commits under faults, checked");
        Line();
        Line(violations.Length == 0 ? $"No violation in {rounds} rounds." : (FormattableString)$"**{violations.Length} violations** in {rounds} rounds.");
        Line();
        Line($"* {DateTime.UtcNow:yyyy-MM-dd}, {Stopwatch.GetElapsedTime(_started).TotalMinutes:0.#} minutes, library at {Commit.Describe()}");
        Line($"* .NET {Environment.Version}, {servers}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores shared by all processes");
        Line($"* `dotnet run -c Release --project tests/verification/RedisTagCache.Commits -- {options}`");
        Line();
        Line("## Rounds");
        Line();
        Line("| Fault | Rounds | Committed and answered | Committed, without an answer | Not committed | Rolled back on request | Slowest until all served it |");
        Line("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var (fault, times, tally) in _tallies)
            Line($"| {Describe(fault)} | {times} | {tally.Confirmed} | {tally.Unanswered} | {tally.Lost} | {tally.RolledBack} | {tally.Slowest.TotalSeconds:0.00} s |");
        foreach (var violation in violations)
            Line($"\n* {violation}");
        return _text.ToString();
    }

    private static string Describe(Fault fault) => fault switch
    {
        Fault.WriterKilled => "The writer is killed (SIGKILL)",
        Fault.RedisHangs => "Redis does not respond for 10 seconds. In half of the rounds, the writer is also killed",
        Fault.DatabaseRestarts => "PostgreSQL restarts",
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };

    private void Line(FormattableString text) => Line(FormattableString.Invariant(text));

    private void Line(string text = "") => _text.Append(text).Append('\n');
}
