namespace RedisTagCache.AspNetCore.OutputCaching;

/// <summary>How a request for a page was answered.</summary>
internal enum PageStatus
{
    Bypass,
    Miss,
    Hit,
    Stale,
}
