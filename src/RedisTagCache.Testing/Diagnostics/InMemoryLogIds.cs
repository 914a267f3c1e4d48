namespace RedisTagCache.Testing.Diagnostics;

/// <summary>The ids of log lines. They are stable; a retired id is not used again.</summary>
internal static class InMemoryLogIds
{
    public const int InMemoryServer = 90;
}
