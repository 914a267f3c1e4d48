namespace RedisTagCache.Benchmarks.Scenarios;

/// <summary>What came out of a scenario.</summary>
internal sealed record LoadResult(Scenario Scenario, IReadOnlyList<Series> Series)
{
    public Series Baseline => Series.FirstOrDefault(series => series.Name == Scenario.Baseline) ?? throw new InvalidOperationException($"There is no {Scenario.Baseline} to compare with.");
}
