namespace RedisTagCache.Soak.Reporting;

/// <param name="WarmUp">What came before was left out.</param>
/// <param name="Window">The length of the windows that were compared.</param>
/// <param name="IsJudged">Not in a run so short that the process is still warming up.</param>
/// <param name="Values">In the order of the report.</param>
internal sealed record GrowthResult(TimeSpan WarmUp, TimeSpan Window, bool IsJudged, IReadOnlyList<(GrowthBound Bound, Growth Growth)> Values)
{
    public bool IsGood => !IsJudged || Values.All(v => v.Bound.Holds(v.Growth));
}
