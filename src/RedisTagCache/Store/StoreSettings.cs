namespace RedisTagCache.Store;

/// <summary>How many tag invalidations are kept, and for how long.</summary>
internal sealed record StoreSettings(TimeSpan TagInvalidationRetention, int MaxTagInvalidations);
