namespace RedisTagCache.Outbox.Diagnostics;

/// <summary>The ids of log lines of the outbox. They are stable; a retired id is not used again.</summary>
internal static class OutboxLogIds
{
    public const int CommitEvictionFailed = 100;
    public const int DispatchFailed = 101;
    public const int DatabaseFailed = 102;
    public const int RowSetAside = 103;
    public const int FailureDetail = 104;
}
