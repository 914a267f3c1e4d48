namespace RedisTagCache;

/// <summary>Something that the cache did, told to <see cref="RedisTagCacheOptions.OnEvent"/>. The words are those of the metrics; there is never a key or a tag.</summary>
/// <param name="Kind">What it tells of.</param>
/// <param name="Outcome">What came of it; empty where there is nothing to tell.</param>
/// <param name="Region">The region's name, where one was concerned.</param>
/// <param name="Reason">Why a lookup missed, or a value was not kept.</param>
/// <param name="Detail">The operation, the kind or the role.</param>
/// <param name="Count">How many; tags for an eviction, else 1.</param>
/// <param name="Duration">How long it took, for operations and factories; else zero.</param>
public readonly record struct CacheEvent(
    CacheEventKind Kind, string Outcome, string? Region = null, string? Reason = null, string? Detail = null, int Count = 1, TimeSpan Duration = default);
