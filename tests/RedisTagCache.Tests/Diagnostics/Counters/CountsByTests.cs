using RedisTagCache.Diagnostics.Counters;

namespace RedisTagCache.Tests.Diagnostics.Counters;

public sealed class CountsByTests
{
    [Fact]
    public void Add_EachValue_IsCountedOnItsOwn()
    {
        var counts = new CountsBy<CacheOutcome>();
        foreach (var outcome in Enum.GetValues<CacheOutcome>())
            counts.Add(outcome, (int)outcome);
        counts.Add(CacheOutcome.Gap);
        Assert.All(Enum.GetValues<CacheOutcome>(), outcome => Assert.Equal((int)outcome + (outcome == CacheOutcome.Gap ? 1 : 0), counts[outcome]));
    }
}
