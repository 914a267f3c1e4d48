namespace RedisTagCache.AspNetCore.Diagnostics;

/// <summary>The ids of log lines. They are stable.</summary>
internal static class LogIds
{
    public const int TagValueMissing = 70;
    public const int EvictionNotConfirmed = 71;
    public const int PageRefreshFailed = 72;
    public const int PageRefreshDiffers = 73;
    public const int OperationsUnprotected = 74;
    public const int OperatorActed = 75;
    public const int PageRefreshedByRequest = 78;
    public const int EvictionTagIncomplete = 80;
    public const int PageTagIncomplete = 81;
    public const int PageTagUnknown = 82;
    public const int VisitorPageStale = 130;
    public const int HostNotVaried = 131;
}
