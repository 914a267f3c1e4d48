using RedisTagCache;
using RedisTagCache.DependencyInjection.Configuration;
using RedisTagCache.Outbox;
using RedisTagCache.Outbox.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Provides extension methods that register outboxes.</summary>
public static class RedisTagCacheOutboxServiceCollectionExtensions
{
    /// <summary>
    /// Adds the outbox of the cache without a name: <see cref="ITagCacheOutbox"/>, and a background service that evicts what was left over. The cache must be added too. The method can be called several times, and the options add up.
    /// </summary>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The same service collection.</returns>
    public static IServiceCollection AddRedisTagCacheOutbox(this IServiceCollection services, Action<RedisTagCacheOutboxOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        OutboxComposition.Add(services, "", configure);
        return services;
    }

    /// <summary>
    /// Adds the outbox of a named cache. Its <see cref="ITagCacheOutbox"/> has the name as its key. The cache must be added too. Caches can share a table. The method can be called several times, and the options add up.
    /// </summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the cache, as in <see cref="RedisTagCacheServiceCollectionExtensions.AddRedisTagCache(IServiceCollection, string, Action{RedisTagCacheOptions}?, CacheServices)"/>.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The same service collection.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is not valid.</exception>
    public static IServiceCollection AddRedisTagCacheOutbox(this IServiceCollection services, string name, Action<RedisTagCacheOutboxOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        CacheNames.Check(name);
        OutboxComposition.Add(services, name, configure);
        return services;
    }
}
