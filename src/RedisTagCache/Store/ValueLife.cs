namespace RedisTagCache.Store;

/// <summary>The life of a value, in milliseconds since 1970.</summary>
/// <param name="CreatedAt">When it was computed.</param>
/// <param name="FreshUntil">Until when it is fresh.</param>
/// <param name="StaleUntil">Until when it is returned while it is refreshed.</param>
/// <param name="EndsAt">Until when it is returned if a factory fails.</param>
internal readonly record struct ValueLife(long CreatedAt, long FreshUntil, long StaleUntil, long EndsAt);
