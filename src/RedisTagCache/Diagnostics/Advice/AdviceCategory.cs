namespace RedisTagCache.Diagnostics.Advice;

/// <summary>The category of log lines that give advice, so that one filter turns them off.</summary>
internal static class AdviceCategory
{
    public const string Name = "RedisTagCache.Advice";
}
