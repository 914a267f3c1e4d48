namespace RedisTagCache.Inspection;

/// <summary>Reports the progress of a search.</summary>
/// <param name="Keys">The number of keys that were checked.</param>
/// <param name="Found">The number of entries that were returned.</param>
/// <param name="IsComplete">Whether all keys were checked. It stays <see langword="false"/> if a limit ended the search.</param>
public readonly record struct CacheScanProgress(long Keys, int Found, bool IsComplete);
