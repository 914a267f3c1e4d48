using RedisTagCache.Inspection;

namespace RedisTagCache.AspNetCore.Operations;

/// <summary>What an entry is worth, and why, in the words that operators read; those of the page and of the command line tool are the same.</summary>
internal static class EntryWords
{
    public static string? WhyOf(CacheEntryInfo entry) => entry.Reason switch
    {
        CacheVerdictReason.None => null,
        CacheVerdictReason.FreshnessEnded => "past its time",
        CacheVerdictReason.TagExpired => $"tag {entry.ReasonTag} expired",
        CacheVerdictReason.TagEvicted => $"tag {entry.ReasonTag} evicted",
        CacheVerdictReason.BelowFloor => "older than the remembered evictions",
        CacheVerdictReason.OtherGeneration => "from before history was lost",
        CacheVerdictReason.AheadOfHistory => "newer than the history",
        CacheVerdictReason.NoHistory => "no history of evictions",
        CacheVerdictReason.Unsettled => "Redis was changing",
        CacheVerdictReason.Damaged => "damaged",
        _ => "of a later version",
    };
}
