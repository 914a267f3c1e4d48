using System.Runtime.InteropServices;
using System.Text;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Model;

/// <summary>The results of explorations, for readers of the docs.</summary>
internal sealed class Report(string arguments)
{
    private readonly List<Exploration> _sound = [];
    private readonly List<Exploration> _broken = [];
    private readonly StringBuilder _text = new();

    /// <summary>Gets whether no scenario has a violation, and each omitted rule leads to one.</summary>
    public bool IsGood => _sound.TrueForAll(static exploration => exploration.Violation == Violation.None) && _broken.TrueForAll(static exploration => exploration.Violation != Violation.None);

    public void Add(Exploration exploration) => (exploration.Scenario.Broken == Broken.None ? _sound : _broken).Add(exploration);

    public string Write()
    {
        var violations = _sound.Count(static exploration => exploration.Violation != Violation.None);
        var detected = _broken.Where(static exploration => exploration.Violation != Violation.None).ToArray();
        Line("# The model, explored");
        Line();
        Line(violations == 0 ? $"No violation in {_sound.Sum(static exploration => (long)exploration.States)} states of {_sound.Count} scenarios." : (FormattableString)$"**{violations} violations** in {_sound.Count} scenarios.");
        Line($"{_sound.Count(static exploration => exploration.IsWhole)} scenarios were explored completely. {detected.Length} of {_broken.Count} omitted rules were detected.");
        Line();
        Line($"* {DateTime.UtcNow:yyyy-MM-dd}, {Environment.CpuUsage.TotalTime.TotalMinutes:0.0} minutes of processor time, library at {Commit.Describe()}");
        Line($"* .NET {Environment.Version}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores");
        Line($"* `{$"dotnet run -c Release --project tests/verification/RedisTagCache.Model -- {arguments}".TrimEnd('-', ' ')}`");
        Line();
        Line("## Scenarios");
        Line();
        Line("| Scenario | States | Explored | Settled states | Longest path | Violation |");
        Line("| --- | ---: | --- | ---: | ---: | --- |");
        foreach (var exploration in _sound)
            Line($"| {exploration.Scenario.Name} | {exploration.States} | {(exploration.IsWhole ? "completely" : "in part")} | {exploration.Settled} | {exploration.Depth} | {Found(exploration, "none")} |");
        Line();
        Line("## Omitted rules");
        Line();
        Line("| Rule | Scenario | States until then | Path | Violation |");
        Line("| --- | --- | ---: | ---: | --- |");
        foreach (var exploration in _broken)
            Line($"| {exploration.Scenario.Broken} | {exploration.Scenario.Name} | {exploration.States} | {exploration.Way.Count} | {Found(exploration, "**not detected**")} |");
        return _text.ToString();
    }

    private static string Found(Exploration exploration, string otherwise) => exploration.Violation == Violation.None ? otherwise : exploration.Violation.ToString();

    private void Line(FormattableString text) => Line(FormattableString.Invariant(text));

    private void Line(string text = "") => _text.Append(text).Append('\n');
}
