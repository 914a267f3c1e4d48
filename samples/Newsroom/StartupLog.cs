using StackExchange.Redis;

namespace Newsroom;

internal static partial class StartupLog
{
    /// <summary>Says where pages are kept, without the password that a connection string may hold.</summary>
    public static void CacheServer(this ILogger logger, string connectionString, bool isEmbedded)
    {
        var server = isEmbedded ? "Garnet inside this process" : "Redis";
        var address = ConfigurationOptions.Parse(connectionString).ToString(includePassword: false);
        CacheServer(logger, server, address);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Pages are cached in {Server}: {Address}")]
    private static partial void CacheServer(ILogger logger, string server, string address);
}
