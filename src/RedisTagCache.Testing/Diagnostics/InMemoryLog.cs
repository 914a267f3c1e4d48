using Microsoft.Extensions.Logging;

namespace RedisTagCache.Testing.Diagnostics;

/// <summary>The log lines of this package.</summary>
internal static partial class InMemoryLog
{
    [LoggerMessage(
        InMemoryLogIds.InMemoryServer,
        LogLevel.Warning,
        "The cache '{Cache}' uses an in-memory server for tests in the environment '{Environment}'. Other processes do not share its entries and evictions, and they are lost when the process ends. Use Redis outside tests.")]
    public static partial void InMemoryServer(ILogger logger, string cache, string environment);
}
