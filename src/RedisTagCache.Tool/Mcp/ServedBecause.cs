using RedisTagCache.Management;
using RedisTagCache.Tool.Commands;
using RedisTagCache.Tool.Output;

namespace RedisTagCache.Tool.Mcp;

/// <summary>
/// Explains in sentences whether an entry is served, and why. The tool is not the instance that serves it: what an instance has evicted, removed, or stored in its memory, and Redis
/// does not know, it cannot see.
/// </summary>
internal static class ServedBecause
{
    public const string NoEntry =
        "No entry is stored, so a request computes a new one. It was never stored, or it has expired, was removed, or was dropped by Redis to free memory. "
        + "Not everything is cached: the policy of the page or the value decides.";

    /// <summary>Returns yes, stale, or no.</summary>
    public static string Word(CacheEntryInfo entry) => entry.Status switch { CacheEntryStatus.Fresh => "yes", CacheEntryStatus.Stale => "stale", _ => "no" };

    public static string Of(CacheEntryInfo entry, DateTimeOffset now) => entry.Status switch
    {
        CacheEntryStatus.Fresh => $"According to Redis, it is served: {(entry.FreshUntil is null ? "it has no lifetime that ends" : $"it is fresh until {Shown.Time(entry.FreshUntil)}")}, and none of its tags was evicted or expired since it was computed.",
        CacheEntryStatus.Stale => $"According to Redis, it is stale: {Reason(entry)}. {Window(entry, now)}",
        _ => $"It is not served: {Reason(entry)}. A request computes a new entry.",
    };

    private static string Reason(CacheEntryInfo entry) => entry switch
    {
        { TagInvalidatedAt: { } at } => $"{entry.DescribeReason()} at {Shown.Time(at)}, after it was computed",
        { Reason: CacheStatusReason.FreshnessEnded } => $"its lifetime ended at {Shown.Time(entry.FreshUntil)}",
        _ => entry.DescribeReason() ?? EntryView.VerdictOf(entry),
    };

    private static string Window(CacheEntryInfo entry, DateTimeOffset now) => entry.StaleUntil switch
    {
        { } until when until <= now => $"Since {Shown.Time(until)}, it is served only if no newer one can be computed.",
        { } until => $"It is served while one instance refreshes it, until {Shown.Time(until)}.",
        _ => "It is served while one instance refreshes it.",
    };
}
