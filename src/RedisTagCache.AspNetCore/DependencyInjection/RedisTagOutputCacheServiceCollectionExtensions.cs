using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RedisTagCache;
using RedisTagCache.AspNetCore;
using RedisTagCache.AspNetCore.DependencyInjection;
using RedisTagCache.AspNetCore.Diagnostics;
using RedisTagCache.AspNetCore.OutputCaching;
using RedisTagCache.AspNetCore.OutputCaching.Eviction;
using RedisTagCache.AspNetCore.OutputCaching.Leading;
using RedisTagCache.AspNetCore.OutputCaching.Refresh;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Provides extension methods that register output caching.</summary>
public static class RedisTagOutputCacheServiceCollectionExtensions
{
    /// <summary>
    /// Adds output caching that stores its pages in the store of <c>AddRedisTagCache</c>, which this method also calls. Set the options of the store there or in
    /// configuration, before or after. The pipeline also needs <c>app.UseRedisTagOutputCache()</c>, or <c>app.UseOutputCache()</c>, with which the
    /// request that finds a stale page waits for its refresh.
    /// </summary>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">Sets the options of output caching, such as policies.</param>
    /// <param name="configurePages">Sets options for pages, which override the configuration section <c>RedisTagCache:OutputCache</c>.</param>
    /// <returns>The same service collection.</returns>
    public static IServiceCollection AddRedisTagOutputCache(this IServiceCollection services, Action<OutputCacheOptions>? configure = null, Action<RedisTagOutputCacheOptions>? configurePages = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (!services.Any(static service => service.ServiceType == typeof(ITagCacheStore)))
            services.AddRedisTagCache(); // not twice: what was registered over it since stays
        if (configure is null)
            services.AddOutputCache();
        else
            services.AddOutputCache(configure);

        AddPages(services, configurePages);
        services.TryAddSingleton<OutputCacheStoreAdapter>();
        services.Replace(ServiceDescriptor.Singleton<IOutputCacheStore>(static provider => provider.GetRequiredService<OutputCacheStoreAdapter>()));
        return services;
    }

    private static void AddPages(IServiceCollection services, Action<RedisTagOutputCacheOptions>? configure)
    {
        var options = services.AddOptions<RedisTagOutputCacheOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<RedisTagOutputCacheOptions>, ConfigurePagesFromConfiguration>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisTagOutputCacheOptions>, ValidateRedisTagOutputCacheOptions>());
        if (configure is not null)
            options.Configure(configure);

        services.TryAddSingleton<PageMeter>();
        services.TryAddSingleton<TagTemplates>();
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
