using RedisTagCache.HttpHistory.Checking;

namespace RedisTagCache.HttpHistory;

/// <summary>What a run has shown.</summary>
/// <param name="Options">What was run.</param>
/// <param name="Redis">The version of the server.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Applications">How many applications were generated.</param>
/// <param name="Verdicts">What the checks say.</param>
/// <param name="Memory">What the process needed.</param>
internal sealed record HttpHistoryResult(HttpHistoryOptions Options, string Redis, TimeSpan Took, int Applications, Verdicts Verdicts, MemoryCheck Memory)
{
    public bool IsGood => Verdicts.TotalViolated == 0 && Verdicts.Responses > 0;
}
