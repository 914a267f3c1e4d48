namespace RedisTagCache.Benchmarks.Studies;

/// <summary>What came out of a study.</summary>
/// <param name="Table">For readers.</param>
/// <param name="Figures">By name, for goals and plots.</param>
internal sealed record StudyResult(Table Table, IReadOnlyDictionary<string, double> Figures);
