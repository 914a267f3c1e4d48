namespace RedisTagCache.Store;

/// <summary>What an entry is worth.</summary>
internal enum Verdict
{
    Dead,
    Stale,
    Fresh,
}
