using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache.DependencyInjection.Configuration;

/// <summary>A profile as configuration can say it.</summary>
internal sealed class BindableProfile
{
    public TimeSpan? Lifetime { get; set; }

    public TimeSpan? StaleWindow { get; set; }

    public TimeSpan? FailSafeWindow { get; set; }

    public TimeSpan? LocalLifetime { get; set; }

    public double? EagerRefresh { get; set; }

    public double? Jitter { get; set; }

    public TimeSpan? FactorySoftTimeout { get; set; }

    public TimeSpan? RetryDelay { get; set; }

    public bool? WaitForWrite { get; set; }

    public HybridCacheEntryFlags? Flags { get; set; }

    public CachePolicy ToPolicy() => new()
    {
        Lifetime = Lifetime,
        StaleWindow = StaleWindow,
        FailSafeWindow = FailSafeWindow,
        LocalLifetime = LocalLifetime,
        EagerRefresh = EagerRefresh,
        Jitter = Jitter,
        FactorySoftTimeout = FactorySoftTimeout,
        RetryDelay = RetryDelay,
        WaitForWrite = WaitForWrite,
        Flags = Flags,
    };
}
