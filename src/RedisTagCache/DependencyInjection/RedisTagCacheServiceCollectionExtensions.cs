using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RedisTagCache;
using RedisTagCache.Adapters;
using RedisTagCache.DependencyInjection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Redis;
using RedisTagCache.Store;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the cache.</summary>
public static class RedisTagCacheServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="ITagCacheStore"/>, and <see cref="IDistributedCache"/> and <see cref="IBufferDistributedCache"/> over it, in place of
    /// any registered before. Nothing is connected until the first use. May be called several times; the options add up.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options, over those of the configuration section <c>RedisTagCache</c>.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRedisTagCache(this IServiceCollection services, Action<RedisTagCacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddLogging();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        AddOptions(services, configure);

        services.TryAddSingleton<CacheMeter>();
        services.TryAddSingleton<IRedisConnector, RedisConnector>();
        services.TryAddSingleton<RedisConnection>();
        services.TryAddSingleton(static provider => new RedisCircuit(
            provider.GetRequiredService<RedisConnection>(),
            OptionsOf(provider).OperationTimeout,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<CacheMeter>(),
            provider.GetRequiredService<ILogger<RedisCircuit>>()));
        services.TryAddSingleton(static provider => CreateStore(provider, OptionsOf(provider)));
        services.TryAddSingleton<ITagCacheStore>(static provider => provider.GetRequiredService<TagCacheStore>());

        services.TryAddSingleton(static provider => new DistributedCacheAdapter(
            provider.GetRequiredService<TagCacheStore>(),
            OptionsOf(provider).IsolateDistributedCacheByBuild,
            provider.GetRequiredService<TimeProvider>()));
        services.Replace(ServiceDescriptor.Singleton<IDistributedCache>(static provider => provider.GetRequiredService<DistributedCacheAdapter>()));
        services.Replace(ServiceDescriptor.Singleton<IBufferDistributedCache>(static provider => provider.GetRequiredService<DistributedCacheAdapter>()));
        return services;
    }

    private static void AddOptions(IServiceCollection services, Action<RedisTagCacheOptions>? configure)
    {
        // Configuration comes first, wherever this call stands, so that what code sets wins.
        if (!services.Any(static service => !service.IsKeyedService && service.ImplementationType == typeof(ConfigureFromConfiguration)))
            services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<RedisTagCacheOptions>, ConfigureFromConfiguration>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<RedisTagCacheOptions>, ResolveBuildNamespace>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisTagCacheOptions>, ValidateRedisTagCacheOptions>());
        var options = services.AddOptions<RedisTagCacheOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
    }

    private static RedisTagCacheOptions OptionsOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<RedisTagCacheOptions>>().Value;

    private static TagCacheStore CreateStore(IServiceProvider provider, RedisTagCacheOptions options) => new(
        new KeySpace(options.KeyPrefix, options.BuildNamespace!, options.PartitionCount),
        provider.GetRequiredService<RedisConnection>(),
        provider.GetRequiredService<RedisCircuit>(),
        new StoreSettings(options.MarkRetention, options.MaximumMarks),
        options.OperationTimeout,
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<CacheMeter>(),
        provider.GetRequiredService<ILoggerFactory>());
}
