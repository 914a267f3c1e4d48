using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RedisTagCache;
using RedisTagCache.Testing;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Provides extension methods that connect the caches of an application to an in-memory server.</summary>
public static class InMemoryRedisServiceCollectionExtensions
{
    /// <summary>
    /// Connects every cache of the application to an in-memory server, whatever its options and its configuration say. The clock of the server becomes the application's <see cref="TimeProvider"/>, unless
    /// another clock than the system's is registered. The key prefix of a named cache ends with its name, so that caches of several servers stay apart. An <see cref="RedisTagCacheOptions.OperationTimeout"/> that has its default becomes 30 seconds. Call it after the application's registrations, as in <c>ConfigureTestServices</c> of <c>WebApplicationFactory</c>.
    /// </summary>
    /// <param name="services">The service collection.</param>
    /// <param name="server">The server. The application does not dispose it.</param>
    /// <returns>The same service collection.</returns>
    public static IServiceCollection UseInMemoryRedis(this IServiceCollection services, InMemoryRedis server)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(server);
        services.AddSingleton<IPostConfigureOptions<RedisTagCacheOptions>>(new ConnectToServer(server));
        var clock = services.LastOrDefault(static service => !service.IsKeyedService && service.ServiceType == typeof(TimeProvider));
        if (clock is null || ReferenceEquals(clock.ImplementationInstance, TimeProvider.System))
            services.Replace(ServiceDescriptor.Singleton(server.TimeProvider));
        return services;
    }

    /// <summary>Caches of several servers come together on this one, where a prefix that they have in common would be a clash.</summary>
    private sealed class ConnectToServer(InMemoryRedis server) : IPostConfigureOptions<RedisTagCacheOptions>
    {
        public void PostConfigure(string? name, RedisTagCacheOptions options)
        {
            options.UseInMemory(server);
            if (!string.IsNullOrEmpty(name) && !options.KeyPrefix.EndsWith("." + name, StringComparison.Ordinal))
                options.KeyPrefix += "." + name;
        }
    }
}
