using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RedisTagCache.Testing.Diagnostics;

namespace RedisTagCache.Testing;

/// <summary>Provides extension methods that connect a cache to an in-memory server.</summary>
public static class InMemoryRedisOptionsExtensions
{
    private static readonly TimeSpan _standardTimeout = new RedisTagCacheOptions().OperationTimeout;

    /// <summary>
    /// Connects a cache to an in-memory server, in place of any other connection. If <see cref="RedisTagCacheOptions.OperationTimeout"/> has its default, it becomes 30 seconds, so that a busy machine causes no misses. Also register <see cref="InMemoryRedis.TimeProvider"/> as the application's <see cref="TimeProvider"/>. Outside the environment
    /// Development, a warning is logged at startup.
    /// </summary>
    /// <param name="options">The options of the cache.</param>
    /// <param name="server">The server. The cache does not dispose it.</param>
    /// <returns>The same options.</returns>
    public static RedisTagCacheOptions UseInMemory(this RedisTagCacheOptions options, InMemoryRedis server)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(server);
        options.ConnectionMultiplexerFactory = null;
        options.ConfigureConnection = null;
        options.ConfigurationOptions = server.Connection;
        options.AtStartup = Warn;
        if (options.OperationTimeout == _standardTimeout)
            options.OperationTimeout = TimeSpan.FromSeconds(30);
        return options;
    }

    private static void Warn(IServiceProvider services, string cache)
    {
        if (services.GetService<IHostEnvironment>() is { } environment && !environment.IsDevelopment())
            InMemoryLog.InMemoryServer(services.GetRequiredService<ILogger<InMemoryRedis>>(), cache, environment.EnvironmentName);
    }
}
