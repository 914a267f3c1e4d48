namespace RedisTagCache.Benchmarks.Reporting;

/// <summary>The figures of a scenario, a line for each contender.</summary>
internal static class LoadTable
{
    /// <summary>Microseconds a call: what a server works when it is not asked.</summary>
    private const double Idle = 0.5;

    public static Table Of(LoadResult result)
    {
        var table = new Table(
            "cache", "op/s", "middle half", "of the first", "middle half", "p50 us", "p99 us", "p99.9 us", "B/op", "CPU us/op", "Redis CPU us/op", "of the first", "network B/op", "Redis commands/op (us each)");
        var baseline = result.Baseline;
        var isServerUsed = baseline.ServerProcessor.Median > Idle;
        foreach (var series in result.Series)
        {
            var (speed, ratio) = (series.PerSecond, series.RatioTo(baseline, static sample => sample.PerSecond));
            var server = series.RatioTo(baseline, static sample => sample.Server.Processor / sample.Count);
            table.Add(
                series.Name, Text.Number(speed.Median), Text.Range(speed), Text.Ratio(ratio.Median), $"{Text.Ratio(ratio.Lower)} to {Text.Ratio(ratio.Upper)}",
                Text.Number(series.Latencies.Percentile(0.5)), Text.Number(series.Latencies.Percentile(0.99)), Text.Number(series.Latencies.Percentile(0.999)),
                Text.Number(series.Bytes), Text.Number(series.Processor), Text.Number(series.ServerProcessor.Median), isServerUsed ? Text.Ratio(server.Median) : Text.None,
                Text.Number(series.NetworkBytes), Commands(series));
        }

        return table;
    }

    private static string Commands(Series series) =>
        string.Join(", ", series.Commands.Select(command => FormattableString.Invariant($"{command.Name} {command.Calls:0.##} ({command.Microseconds:0.0})")));
}
