using RedisTagCache.Inspection;

namespace RedisTagCache.AspNetCore.Operations;

/// <summary>What an entry is worth, and why, in the words that operators read; those of the page and of the command line tool are the same.</summary>
internal static class EntryWords
{
    public static string? WhyOf(CacheEntryInfo entry) => entry.Reason switch
    {
        CacheStatusReason.None => null,
        CacheStatusReason.FreshnessEnded => "past its time",
        CacheStatusReason.TagExpired => $"tag {entry.ReasonTag} expired",
        CacheStatusReason.TagEvicted => $"tag {entry.ReasonTag} evicted",
        CacheStatusReason.BelowFloor => "older than the remembered evictions",
        CacheStatusReason.OtherGeneration => "from before history was lost",
        CacheStatusReason.AheadOfHistory => "newer than the history",
        CacheStatusReason.NoHistory => "no history of evictions",
        CacheStatusReason.Unsettled => "Redis was changing",
        CacheStatusReason.Damaged => "damaged",
        _ => "of a later version",
    };
}
