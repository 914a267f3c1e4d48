using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RedisTagCache;
using RedisTagCache.Adapters;
using RedisTagCache.Caching;
using RedisTagCache.Caching.Serialization;
using RedisTagCache.Commands;
using RedisTagCache.Connection;
using RedisTagCache.DependencyInjection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Diagnostics.Counters;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.Leases;
using RedisTagCache.LocalCaching;
using RedisTagCache.Management;
using RedisTagCache.Management.Internal;
using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Provides extension methods that register the cache.</summary>
public static class RedisTagCacheServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="ITagCacheStore"/> and <see cref="ITagCache"/>, and <see cref="HybridCache"/>, <see cref="IDistributedCache"/> and
    /// <see cref="IBufferDistributedCache"/> over them, replacing earlier registrations, and <see cref="ITagCacheInspector"/>. The cache connects on first use. The method can be called several times, and the options add up.
    /// </summary>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">Sets options, which override the configuration section <c>RedisTagCache</c>.</param>
    /// <returns>The same service collection.</returns>
    public static IServiceCollection AddRedisTagCache(this IServiceCollection services, Action<RedisTagCacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddLogging();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        AddOptions(services, configure);

        services.TryAddSingleton<CacheStatistics>();
        services.TryAddSingleton(CreateMeter);
        services.TryAddSingleton<IRedisConnector, RedisConnector>();
        services.TryAddSingleton(static provider => new LayoutAgreement(
            OptionsOf(provider).KeyPrefix,
            OptionsOf(provider).Partitions,
            provider.GetRequiredService<ILogger<LayoutAgreement>>()));
        services.TryAddSingleton<RedisConnection>();
        services.TryAddSingleton(static provider => new RedisCircuits(
            provider.GetRequiredService<RedisConnection>(),
            OptionsOf(provider).OperationTimeout,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<CacheMeter>(),
            provider.GetRequiredService<ILogger<RedisCircuits>>()));
        services.TryAddSingleton(static provider => new RedisRunner(
            provider.GetRequiredService<RedisConnection>(),
            provider.GetRequiredService<RedisCircuits>(),
            OptionsOf(provider).OperationTimeout,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<CacheMeter>()));
        services.TryAddSingleton<RedisCommands>();
        services.TryAddSingleton(static provider => CreatePartitionFactory(provider, OptionsOf(provider)));
        services.TryAddSingleton<PartitionSet>();
        services.TryAddSingleton(static provider => CreateInvalidator(provider, OptionsOf(provider)));
        services.TryAddSingleton(static provider => CreateEntries(provider, OptionsOf(provider)));
        services.TryAddSingleton<TagCacheStore>();
        services.TryAddSingleton<ITagCacheStore>(static provider => provider.GetRequiredService<TagCacheStore>());
        services.TryAddSingleton<ITagCacheStatistics>(CreateStatistics);

        services.TryAddSingleton(static provider => new DistributedCacheAdapter(
            provider.GetRequiredService<TagCacheStore>(),
            OptionsOf(provider).IsolateDistributedCacheByBuild,
            provider.GetRequiredService<TimeProvider>()));
        services.Replace(ServiceDescriptor.Singleton<IDistributedCache>(static provider => provider.GetRequiredService<DistributedCacheAdapter>()));
        services.Replace(ServiceDescriptor.Singleton<IBufferDistributedCache>(static provider => provider.GetRequiredService<DistributedCacheAdapter>()));

        AddValues(services);
        AddInspection(services);
        return services;
    }

    private static void AddValues(IServiceCollection services)
    {
        services.TryAddSingleton(static provider => new ValueStore(
            provider.GetRequiredService<EntryStore>(),
            provider.GetRequiredService<PartitionSet>(),
            provider.GetRequiredService<RedisCommands>(),
            provider.GetRequiredService<RedisConnection>(),
            OptionsOf(provider).OperationTimeout,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<CacheMeter>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton(static provider => new LeaseClient(
            provider.GetRequiredService<RedisCommands>(),
            provider.GetRequiredService<RedisConnection>(),
            provider.GetRequiredService<RedisCircuits>(),
            OptionsOf(provider).LeaseDuration,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<LeaseClient>>()));
        services.TryAddSingleton(static provider => new LeaseStore(
            provider.GetRequiredService<ValueStore>(), provider.GetRequiredService<LeaseClient>(), OptionsOf(provider).LeaseDuration, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<ITagCacheLeases>(static provider => provider.GetRequiredService<LeaseStore>());
        services.TryAddSingleton<InProcessLeasesOf>();
        services.TryAddSingleton<ITagCacheCopies>(static provider => new EntryCopiesOf(
            provider.GetRequiredService<ValueStore>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<CacheMeter>()));
        services.TryAddSingleton<Serializers>();
        services.TryAddSingleton(static provider => new TagCache(
            provider.GetRequiredService<TagCacheStore>(),
            provider.GetRequiredService<ValueStore>(),
            provider.GetRequiredService<LeaseStore>(),
            new Policies(OptionsOf(provider).Profiles),
            provider.GetRequiredService<Serializers>(),
            SettingsOf(OptionsOf(provider)),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<CacheMeter>(),
            provider.GetRequiredService<ILogger<TagCache>>()));
        services.TryAddSingleton<ITagCache>(static provider => provider.GetRequiredService<TagCache>());
        services.Replace(ServiceDescriptor.Singleton<HybridCache>(static provider => new HybridCacheAdapter(provider.GetRequiredService<TagCache>())));
    }

    private static void AddInspection(IServiceCollection services)
    {
        services.TryAddSingleton(static provider => new InspectionCommands(
            provider.GetRequiredService<RedisConnection>(), OptionsOf(provider).OperationTimeout, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<ITagCacheInspector>(static provider => new Inspector(
            provider.GetRequiredService<PartitionSet>(),
            provider.GetRequiredService<EntryStore>(),
            provider.GetRequiredService<InspectionCommands>(),
            new InspectorSettings(OptionsOf(provider).KeyPrefix, OptionsOf(provider).BuildNamespace!, OptionsOf(provider).BuildNamespaceSource),
            provider.GetRequiredService<TimeProvider>()));
    }

    private static TagCacheSettings SettingsOf(RedisTagCacheOptions options) => new(
        options.MaximumKeyLength,
        options.MaximumPayloadBytes,
        options.LocalCacheBytes,
        options.LocalCacheEntries,
        options.AllowLocalReadsWhenDisconnected,
        options.LeaseTimeout,
        options.FactoryTimeout,
        options.Compression,
        options.CompressionThreshold);

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

    private static CacheMeter CreateMeter(IServiceProvider provider) => new(
        provider.GetRequiredService<IMeterFactory>(),
        provider.GetRequiredService<CacheStatistics>(),
        OptionsOf(provider).OnEvent is { } observer
            ? new CacheObserver(observer, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<CacheObserver>>())
            : null);

    private static TagCacheStatistics CreateStatistics(IServiceProvider provider) => new(
        provider.GetRequiredService<CacheStatistics>(),
        provider.GetRequiredService<RedisConnection>(),
        provider.GetRequiredService<LayoutAgreement>(),
        new BuildOrigin(OptionsOf(provider).BuildNamespace!, OptionsOf(provider).BuildNamespaceSource),
        OptionsOf(provider).OperationTimeout,
        provider.GetRequiredService<TimeProvider>());

    private static PartitionFactory CreatePartitionFactory(IServiceProvider provider, RedisTagCacheOptions options) => new(
        new PartitionSettings(options.KeyPrefix, options.BuildNamespace!, new StoreSettings(options.TagInvalidationRetention, options.MaxTagInvalidations)),
        provider.GetRequiredService<RedisCircuits>(),
        provider.GetRequiredService<RedisCommands>(),
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<CacheMeter>(),
        provider.GetRequiredService<ILoggerFactory>());

    private static TagInvalidator CreateInvalidator(IServiceProvider provider, RedisTagCacheOptions options) => new(
        provider.GetRequiredService<PartitionSet>(),
        provider.GetRequiredService<RedisConnection>(),
        provider.GetRequiredService<RedisCircuits>(),
        provider.GetRequiredService<RedisCommands>(),
        new StoreSettings(options.TagInvalidationRetention, options.MaxTagInvalidations),
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<CacheMeter>(),
        provider.GetRequiredService<ILogger<TagInvalidator>>());

    private static EntryStore CreateEntries(IServiceProvider provider, RedisTagCacheOptions options) => new(
        provider.GetRequiredService<PartitionSet>(),
        provider.GetRequiredService<RedisConnection>(),
        provider.GetRequiredService<RedisCircuits>(),
        provider.GetRequiredService<RedisCommands>(),
        options.OperationTimeout,
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<CacheMeter>(),
        provider.GetRequiredService<ILogger<EntryStore>>());
}
