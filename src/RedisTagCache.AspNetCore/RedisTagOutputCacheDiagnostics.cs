namespace RedisTagCache.AspNetCore;

/// <summary>Provides the names of the metrics and traces of output caching, in addition to those of the cache. They are stable.</summary>
public static class RedisTagOutputCacheDiagnostics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "RedisTagCache.AspNetCore";

    /// <summary>The name of the activity source.</summary>
    public const string ActivitySourceName = "RedisTagCache.AspNetCore";

    /// <summary>Counter: requests for missing pages, by <c>role</c> (leader: rendered it for the fleet; follower: waited for it; uncoordinated: rendered it without a lease).</summary>
    public const string PagesInstrument = "redistagcache.pages";

    /// <summary>Histogram, seconds: refreshes of stale pages, by <c>outcome</c> (stored, rejected, skipped; gone: the page was removed; uncacheable: the old page is kept; failed; differs: it led to another page).</summary>
    public const string RefreshDurationInstrument = "redistagcache.page.refresh.duration";

    /// <summary>Dimension of all measurements, and tag of all activities: the name of the cache that stores the pages (default: the cache without a name).</summary>
    public const string CacheNameDimension = "cache.name";

    /// <summary>Dimension: how a request got its page.</summary>
    public const string RoleDimension = "role";

    /// <summary>Dimension: the outcome.</summary>
    public const string OutcomeDimension = "outcome";
}
