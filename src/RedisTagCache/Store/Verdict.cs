namespace RedisTagCache.Store;

/// <summary>What an entry is worth.</summary>
internal enum Verdict
{
    Invalidated,
    Stale,
    Fresh,
}
