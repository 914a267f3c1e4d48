namespace RedisTagCache.Inspection;

/// <summary>How far a search is.</summary>
/// <param name="Keys">Keys of the cache looked at.</param>
/// <param name="Found">Entries given.</param>
/// <param name="IsComplete">Whether all keys were looked at. Stays <see langword="false"/> when a limit ended the search.</param>
public readonly record struct CacheScanProgress(long Keys, int Found, bool IsComplete);
