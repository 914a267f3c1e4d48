namespace RedisTagCache.EntityFrameworkCore.Diagnostics;

/// <summary>The ids of log lines of the package for Entity Framework. They are stable; a retired id is not used again.</summary>
internal static class EntityFrameworkLogIds
{
    public const int BulkWithoutEviction = 110;
    public const int QueuedWithoutCommit = 111;
}
