using Microsoft.EntityFrameworkCore;
using RedisTagCache.DependencyInjection.Configuration;
using RedisTagCache.EntityFrameworkCore.Storage;
using RedisTagCache.Outbox;
using RedisTagCache.Outbox.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Provides extension methods that register outboxes for contexts.</summary>
public static class RedisTagCacheEntityFrameworkServiceCollectionExtensions
{
    /// <summary>
    /// Adds the outbox of a cache for a context: <see cref="ITagCacheOutbox"/>, and a background service that evicts what was left over. It uses connections of the context, which must be registered with <c>AddDbContext</c>, <c>AddDbContextPool</c> or
    /// <c>AddDbContextFactory</c>, with options that call <c>UseRedisTagCache</c>. The method can be called several times, and the options add up.
    /// </summary>
    /// <typeparam name="TContext">The type of the context. Other contexts on the same database can write into the same table.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">Sets options.</param>
    /// <param name="cacheName">The name of the cache. The default is the cache without a name.</param>
    /// <returns>The same service collection.</returns>
    /// <exception cref="ArgumentException"><paramref name="cacheName"/> is not valid.</exception>
    /// <exception cref="InvalidOperationException">The cache has an outbox for another context.</exception>
    public static IServiceCollection AddRedisTagCacheOutbox<TContext>(this IServiceCollection services, Action<RedisTagCacheOutboxOptions>? configure = null, string? cacheName = null)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(services);
        OutboxComposition.Add(services, CacheNames.Parse(cacheName), configure, typeof(TContext), static cache => new ContextConnections<TContext>(cache.GetShared<IServiceScopeFactory>()));
        return services;
    }
}
