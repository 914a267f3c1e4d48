namespace RedisTagCache;

/// <summary>Represents an event of the cache, passed to <see cref="RedisTagCacheOptions.OnEvent"/>. It has the names and values of the metrics, and never a key or a tag.</summary>
/// <param name="Kind">The kind of event.</param>
/// <param name="Outcome">The outcome. Empty if the kind has none.</param>
/// <param name="Region">The name of the region, if the event belongs to one.</param>
/// <param name="Reason">Why a lookup missed or a value was not stored.</param>
/// <param name="Detail">The operation, the kind or the role.</param>
/// <param name="Count">The number of tags of an eviction; otherwise, 1.</param>
/// <param name="Duration">The duration of an operation or a factory; otherwise, zero.</param>
public readonly record struct CacheEvent(
    CacheEventKind Kind, string Outcome, string? Region = null, string? Reason = null, string? Detail = null, int Count = 1, TimeSpan Duration = default);
