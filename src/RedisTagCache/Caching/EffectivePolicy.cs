using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Entries;

namespace RedisTagCache.Caching;

/// <summary>A policy with nothing left open.</summary>
internal sealed record EffectivePolicy(
    TimeSpan Lifetime,
    TimeSpan StaleWindow,
    TimeSpan FailSafeWindow,
    TimeSpan? LocalLifetime,
    double? EagerRefresh,
    double Jitter,
    TimeSpan? FactorySoftTimeout,
    TimeSpan RetryDelay,
    bool WaitForWrite,
    HybridCacheEntryFlags Flags)
{
    public bool ReadsCopies => (Flags & HybridCacheEntryFlags.DisableLocalCacheRead) == 0;

    public bool KeepsCopies => (Flags & HybridCacheEntryFlags.DisableLocalCacheWrite) == 0 && LocalLifetime != TimeSpan.Zero;

    public bool ReadsRedis => (Flags & HybridCacheEntryFlags.DisableDistributedCacheRead) == 0;

    public bool WritesRedis => (Flags & HybridCacheEntryFlags.DisableDistributedCacheWrite) == 0;

    public bool Computes => (Flags & HybridCacheEntryFlags.DisableUnderlyingData) == 0;

    public bool Compresses => (Flags & HybridCacheEntryFlags.DisableCompression) == 0;

    /// <summary>The life of a value that was computed now.</summary>
    /// <param name="now">Milliseconds since 1970.</param>
    public ValueLife LifeFrom(long now)
    {
#pragma warning disable CA5394 // Nothing here is a secret.
        var lifetime = Math.Max(1, Math.Ceiling(Lifetime.TotalMilliseconds * (1 - (Jitter * Random.Shared.NextDouble()))));
#pragma warning restore CA5394
        var freshUntil = now + (long)lifetime;
        var staleUntil = freshUntil + (long)Math.Ceiling(StaleWindow.TotalMilliseconds);
        return new ValueLife(now, freshUntil, staleUntil, staleUntil + (long)Math.Ceiling(FailSafeWindow.TotalMilliseconds));
    }
}
