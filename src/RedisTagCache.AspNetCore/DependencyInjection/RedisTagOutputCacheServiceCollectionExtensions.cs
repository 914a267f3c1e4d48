using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RedisTagCache.AspNetCore;
using RedisTagCache.AspNetCore.DependencyInjection;
using RedisTagCache.AspNetCore.Diagnostics;
using RedisTagCache.AspNetCore.OutputCaching;
using RedisTagCache.AspNetCore.OutputCaching.Eviction;
using RedisTagCache.AspNetCore.OutputCaching.Leading;
using RedisTagCache.AspNetCore.OutputCaching.Refresh;
using RedisTagCache.DependencyInjection;
using RedisTagCache.DependencyInjection.Configuration;
using RedisTagCache.Entries;
using RedisTagCache.Leases;
using RedisTagCache.LocalCaching;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Provides extension methods that register output caching.</summary>
public static class RedisTagOutputCacheServiceCollectionExtensions
{
    /// <summary>
    /// Adds output caching that stores its pages in a cache of <c>AddRedisTagCache</c>. If it is the cache without a name, this method adds it, for pages alone: the application's other caches stay what they are.
    /// Set the options of the cache there or in configuration, before or after. The pipeline also needs <c>app.UseRedisTagOutputCache()</c>, or <c>app.UseOutputCache()</c>, with which the
    /// request that finds a stale page waits for its refresh.
    /// </summary>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">Sets the options of output caching, such as policies.</param>
    /// <param name="configurePages">Sets options for pages, which override the configuration section <c>RedisTagCache:OutputCache</c>.</param>
    /// <param name="cacheName">The name of the cache that the pages are in. The application does not start if there is none of that name. The default is the cache without a name.</param>
    /// <returns>The same service collection.</returns>
    /// <exception cref="ArgumentException">The pages are in another cache already, or <paramref name="cacheName"/> is a connection string.</exception>
    public static IServiceCollection AddRedisTagOutputCache(
        this IServiceCollection services, Action<OutputCacheOptions>? configure = null, Action<RedisTagOutputCacheOptions>? configurePages = null, string? cacheName = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        cacheName = CacheNames.Parse(cacheName);
        var caches = cacheName.Length == 0 ? RegisteredCaches.Add(services, "", configure: null) : RegisteredCaches.Of(services);
        if (caches.Pages is { } other && other != cacheName)
            throw new ArgumentException($"The pages are in the cache '{CacheNames.Shown(other)}' already, so they cannot be in '{CacheNames.Shown(cacheName)}' too.", nameof(cacheName));
        if (caches.Pages is null)
            caches.References.Add((cacheName, "AddRedisTagOutputCache"));
        caches.Pages = cacheName;
        services.TryAddSingleton(CreatePageCache);
        if (configure is null)
            services.AddOutputCache();
        else
            services.AddOutputCache(configure);

        AddPages(services, configurePages);
        services.TryAddSingleton<OutputCacheStoreAdapter>();
        services.Replace(ServiceDescriptor.Singleton<IOutputCacheStore>(static provider =>
            provider.GetRequiredService<PageCache>() is { IsEnabled: false } disabled ? new UncachedPages(disabled.Store) : provider.GetRequiredService<OutputCacheStoreAdapter>()));
        return services;
    }

    private static PageCache CreatePageCache(IServiceProvider provider)
    {
        var name = provider.GetRequiredService<RegisteredCaches>().Pages!;
        var cache = new CacheParts(provider, name);
        if (!provider.GetRequiredService<RegisteredCaches>().Names.Contains(name, StringComparer.Ordinal))
            throw new InvalidOperationException($"The cache '{name}', which AddRedisTagOutputCache names, is not registered. Add services.AddRedisTagCache(\"{name}\", ...).");
        return new PageCache(cache.Options.Enabled, cache.Get<TagCacheStore>(), cache.Get<ITagCacheLeases>(), cache.Get<InProcessLeasesOf>(), cache.Get<ITagCacheCopies>());
    }

    private static PageMeter CreatePageMeter(IServiceProvider provider) =>
        new(provider.GetRequiredService<IMeterFactory>(), CacheNames.Shown(provider.GetRequiredService<RegisteredCaches>().Pages!));

    private static void AddPages(IServiceCollection services, Action<RedisTagOutputCacheOptions>? configure)
    {
        var options = services.AddOptions<RedisTagOutputCacheOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<RedisTagOutputCacheOptions>, ConfigurePagesFromConfiguration>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisTagOutputCacheOptions>, ValidateRedisTagOutputCacheOptions>());
        if (configure is not null)
            options.Configure(configure);

        services.TryAddSingleton(CreatePageMeter);
        services.TryAddSingleton<TagTemplates>();
        services.TryAddSingleton<PageAdvice>();
        services.TryAddSingleton<EvictAfterResponse>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, EvictionMatcher>());
        services.TryAddSingleton<IHttpContextFactory, DefaultHttpContextFactory>(); // as every web host does
        services.TryAddSingleton<RequestReplay>();
        services.TryAddSingleton<RefreshAnswers>();
        services.TryAddSingleton<RunningRefreshes>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RunningRefreshes>(static provider => provider.GetRequiredService<RunningRefreshes>()));
        services.TryAddSingleton<PageRefresher>();
        services.TryAddSingleton<PageClock>();
        services.TryAddSingleton<LeaseEnding>();
        services.TryAddSingleton<PageLeases>();
        services.TryAddSingleton<PageStore>();
        services.TryAddSingleton<OutstandingLookups>();
        if (!services.Any(static service => service.ImplementationType == typeof(PageFlowMiddleware)))
            services.Insert(0, ServiceDescriptor.Transient<IStartupFilter, PageFlowMiddleware>()); // ahead of the application's own filters: they may read what pages show
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<OutputCacheOptions>, AddPagePolicy>());
    }
}
