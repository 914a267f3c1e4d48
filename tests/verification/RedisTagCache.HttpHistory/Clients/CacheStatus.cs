namespace RedisTagCache.HttpHistory.Clients;

/// <summary>What the status header says.</summary>
internal enum CacheStatus
{
    None,
    Hit,
    Stale,
    Miss,
    Bypass,
    Other,
}
