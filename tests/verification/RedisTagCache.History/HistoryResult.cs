using RedisTagCache.History.Checking;

namespace RedisTagCache.History;

/// <summary>What a run has shown.</summary>
/// <param name="Verdicts">What the checker says.</param>
/// <param name="Faults">What was done.</param>
/// <param name="Planned">The names of what was to be done, once at least.</param>
/// <param name="Report">For people.</param>
internal sealed record HistoryResult(Verdicts Verdicts, IReadOnlyList<Fault> Faults, IReadOnlyList<string> Planned, string Report)
{
    public bool IsGood => Verdicts.TotalViolated == 0 && Verdicts.TotalChecked > 0;
}
