namespace RedisTagCache.Store;

/// <summary>How many marks are kept, and for how long.</summary>
internal sealed record StoreSettings(TimeSpan TagInvalidationRetention, int MaxTagInvalidations);
