namespace RedisTagCache.Store;

/// <summary>How many marks are kept, and for how long.</summary>
internal sealed record StoreSettings(TimeSpan MarkRetention, int MaximumMarks);
