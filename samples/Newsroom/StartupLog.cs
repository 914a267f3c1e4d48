using StackExchange.Redis;

namespace Newsroom;

internal static partial class StartupLog
{
    /// <summary>Logs where pages are stored, without the password that a connection string may contain.</summary>
    public static void CacheServer(this ILogger logger, string connectionString, bool isEmbedded)
    {
        var server = isEmbedded ? "Garnet inside this process" : "Redis";
        var address = ConfigurationOptions.Parse(connectionString).ToString(includePassword: false);
        CacheServer(logger, server, address);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Pages are cached in {Server}: {Address}")]
    private static partial void CacheServer(ILogger logger, string server, string address);
}
