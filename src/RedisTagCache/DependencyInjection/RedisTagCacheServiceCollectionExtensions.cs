using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache;
using RedisTagCache.DependencyInjection;
using RedisTagCache.DependencyInjection.Configuration;
using RedisTagCache.Management;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Provides extension methods that register caches.</summary>
public static class RedisTagCacheServiceCollectionExtensions
{
    /// <summary>
    /// Adds a cache: <see cref="ITagCacheStore"/>, <see cref="ITagCache"/>, <see cref="ITagCacheInspector"/> and <see cref="ITagCacheStatistics"/>. Where the application has
    /// none yet, the cache is also its <see cref="HybridCache"/>, <see cref="IDistributedCache"/> and <see cref="IBufferDistributedCache"/>. The cache connects on first use. The
    /// method can be called several times, and the options add up.
    /// </summary>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">Sets options, which override the configuration section <c>RedisTagCache</c>.</param>
    /// <param name="replace">The services of the application that the cache replaces, whatever else is registered for them.</param>
    /// <returns>The same service collection.</returns>
    /// <remarks>
    /// Like this method, <c>AddHybridCache()</c> and <c>AddDistributedMemoryCache()</c> register only what is not registered yet, so the first call counts. Use <paramref name="replace"/> if the
    /// cache must be that service in any case.
    /// </remarks>
    public static IServiceCollection AddRedisTagCache(this IServiceCollection services, Action<RedisTagCacheOptions>? configure = null, CacheServices replace = CacheServices.None)
    {
        ArgumentNullException.ThrowIfNull(services);
        var caches = RegisteredCaches.Add(services, "", configure);
        caches.Replace("", replace);
        caches.Offer<HybridCache>("", CacheInterfaces.Hybrid);
        if (caches.Offer<IDistributedCache>("", CacheInterfaces.Distributed))
            caches.Offer<IBufferDistributedCache>("", CacheInterfaces.Distributed);
        return services;
    }

    /// <summary>
    /// Adds a named cache. Its services have the name as their key: <see cref="HybridCache"/>, <see cref="ITagCache"/>, <see cref="ITagCacheStore"/>, <see cref="IDistributedCache"/>,
    /// <see cref="IBufferDistributedCache"/>, <see cref="ITagCacheInspector"/> and <see cref="ITagCacheStatistics"/>. Inject them with
    /// <see cref="FromKeyedServicesAttribute"/>. Services without a key are not changed. The cache connects on first use. The method can be called several times, and the options add up.
    /// </summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the cache. Must be 1 to 32 ASCII letters, digits, <c>-</c>, <c>_</c> or <c>.</c>, and not <c>default</c>.</param>
    /// <param name="configure">
    /// Sets options, which override the configuration section <c>RedisTagCache:Caches:</c><paramref name="name"/>. What that section leaves open comes from the section <c>RedisTagCache</c>, except for the
    /// key prefix: its default is the prefix there, followed by a period and the name.
    /// </param>
    /// <param name="replace">The services without a key that the cache replaces, whatever else is registered for them.</param>
    /// <returns>The same service collection.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is not valid.</exception>
    public static IServiceCollection AddRedisTagCache(
        this IServiceCollection services, string name, Action<RedisTagCacheOptions>? configure = null, CacheServices replace = CacheServices.None)
    {
        ArgumentNullException.ThrowIfNull(services);
        CacheNames.Check(name);
        RegisteredCaches.Add(services, name, configure).Replace(name, replace);
        CacheParts.Add(services, name, CacheInterfaces.Hybrid);
        CacheParts.Add<IDistributedCache>(services, name, CacheInterfaces.Distributed);
        CacheParts.Add<IBufferDistributedCache>(services, name, CacheInterfaces.Distributed);
        return services;
    }
}
