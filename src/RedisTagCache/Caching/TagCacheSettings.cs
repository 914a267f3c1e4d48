namespace RedisTagCache.Caching;

/// <summary>The options that concern values.</summary>
/// <param name="IsEnabled">Whether anything is cached.</param>
/// <param name="MaximumKeyLength">In characters.</param>
/// <param name="MaximumPayloadBytes">Serialized, before compression.</param>
/// <param name="LocalCacheBytes">For copies.</param>
/// <param name="LocalCacheEntries">For copies.</param>
/// <param name="AllowLocalReadsWhenDisconnected">Whether copies are returned while Redis is unavailable.</param>
/// <param name="LeaseTimeout">For another instance's value.</param>
/// <param name="FactoryTimeout">How long a factory may hold up other callers.</param>
/// <param name="Compression">For Redis.</param>
/// <param name="CompressionThreshold">In bytes.</param>
internal sealed record TagCacheSettings(
    bool IsEnabled,
    int MaximumKeyLength,
    int MaximumPayloadBytes,
    long LocalCacheBytes,
    int LocalCacheEntries,
    bool AllowLocalReadsWhenDisconnected,
    TimeSpan LeaseTimeout,
    TimeSpan FactoryTimeout,
    CacheCompression Compression,
    int CompressionThreshold);
