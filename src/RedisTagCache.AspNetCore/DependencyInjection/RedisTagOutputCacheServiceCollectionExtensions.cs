using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RedisTagCache;
using RedisTagCache.AspNetCore.OutputCaching;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers output caching on the cache.</summary>
public static class RedisTagOutputCacheServiceCollectionExtensions
{
    /// <summary>
    /// Adds output caching with its pages kept in the store of <c>AddRedisTagCache</c>, which this calls too: give its options there or in
    /// configuration, before or after. The pipeline still needs <c>app.UseOutputCache()</c>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options of output caching, such as policies.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRedisTagOutputCache(this IServiceCollection services, Action<OutputCacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (!services.Any(static service => service.ServiceType == typeof(ITagCacheStore)))
            services.AddRedisTagCache(); // not twice: what was registered over it since stays
        if (configure is null)
            services.AddOutputCache();
        else
            services.AddOutputCache(configure);

        services.TryAddSingleton<OutstandingLookups>();
        services.TryAddSingleton(static provider => new OutputCacheStoreAdapter(
            provider.GetRequiredService<ITagCacheStore>(), provider.GetRequiredService<OutstandingLookups>()));
        services.Replace(ServiceDescriptor.Singleton<IOutputCacheStore>(static provider => provider.GetRequiredService<OutputCacheStoreAdapter>()));
        services.TryAddEnumerable(ServiceDescriptor.Transient<IStartupFilter, LookupFlowMiddleware>());
        return services;
    }
}
