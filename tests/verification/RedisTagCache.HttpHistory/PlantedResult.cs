using RedisTagCache.HttpHistory.Checking;
using RedisTagCache.HttpHistory.Faults;

namespace RedisTagCache.HttpHistory;

/// <summary>How a planted fault was found.</summary>
/// <param name="Planted">The fault.</param>
/// <param name="Result">The run.</param>
internal sealed record PlantedResult(Planted Planted, HttpHistoryResult Result)
{
    public bool IsFound => Result.Verdicts.Violated(PromiseOf(Planted)) > 0;

    /// <summary>The promise that a planted fault breaks.</summary>
    public static Promise PromiseOf(Planted planted) => planted switch
    {
        Planted.TagsAsTyped or Planted.PostTagsLost or Planted.EvictionsMadeSoft or Planted.EvictionsInTheOtherCache => Promise.EvictionsHold,
        Planted.TenantLostInRefresh or Planted.BodyOfAnotherPage => Promise.NobodyElses,
        Planted.HeaderOfAnotherRendering => Promise.OneRendering,
        Planted.StatusLies => Promise.StatusIsTrue,
        Planted.ConditionMarksPage or Planted.CachesMixed => Promise.StoredIsServed,
        Planted.FollowersHeld => Promise.WaitsAreBounded,
        Planted.MemoryKept => Promise.MemoryIsBounded,
        _ => throw new ArgumentOutOfRangeException(nameof(planted), planted, "No fault is planted."),
    };
}
