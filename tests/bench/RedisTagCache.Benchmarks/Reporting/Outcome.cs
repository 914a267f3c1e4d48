using RedisTagCache.Benchmarks.Studies;

namespace RedisTagCache.Benchmarks.Reporting;

/// <summary>All that came out of a run, in order.</summary>
internal sealed class Outcome
{
    public List<(string Chapter, LoadResult Result)> Loads { get; } = [];

    public List<(Study Study, StudyResult Result)> Studies { get; } = [];

    /// <summary>A figure of one contender by that of another; not a number if one of them is missing.</summary>
    public double Ratio(string scenario, string one, string other, Func<Sample, double>? figure = null) =>
        Find(scenario, one) is { } mine && Find(scenario, other) is { } its ? mine.RatioTo(its, figure ?? (static sample => sample.PerSecond)).Median : double.NaN;

    public double Bytes(string scenario, string contender) => Find(scenario, contender)?.Bytes ?? double.NaN;

    public double Figure(string study, string name) =>
        Studies.FirstOrDefault(one => one.Study.Name == study).Result?.Figures.TryGetValue(name, out var figure) == true ? figure : double.NaN;

    private Series? Find(string scenario, string contender) =>
        Loads.FirstOrDefault(load => load.Result.Scenario.Name == scenario).Result?.Series.FirstOrDefault(series => series.Name == contender);
}
