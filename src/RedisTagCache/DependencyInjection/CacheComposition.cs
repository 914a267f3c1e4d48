using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisTagCache.Adapters;
using RedisTagCache.Caching;
using RedisTagCache.Caching.Serialization;
using RedisTagCache.Commands;
using RedisTagCache.Connection;
using RedisTagCache.DependencyInjection.Configuration;
using RedisTagCache.Diagnostics;
using RedisTagCache.Diagnostics.Advice;
using RedisTagCache.Diagnostics.Counters;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.Leases;
using RedisTagCache.LocalCaching;
using RedisTagCache.Management;
using RedisTagCache.Management.Internal;
using RedisTagCache.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.DependencyInjection;

/// <summary>What a cache consists of, from the connection up.</summary>
internal static class CacheComposition
{
    /// <summary>Registers the services of a cache. Does nothing for those that are registered.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the cache. Empty for the unnamed one.</param>
    public static void Add(IServiceCollection services, string name)
    {
        CacheParts.AddOptions(services, name);
        AddConnection(services, name);
        AddStore(services, name);
        AddValues(services, name);
        AddManagement(services, name);
    }

    private static void AddConnection(IServiceCollection services, string name)
    {
        CacheParts.Add(services, name, static cache => new CacheStatistics(Time(cache)));
        CacheParts.Add(services, name, static cache => new CacheMeter(
            cache.GetShared<IMeterFactory>(), CacheNames.Shown(cache.Name), cache.Get<CacheStatistics>(), ObserverOf(cache)));
        CacheParts.Add<IRedisConnector>(services, name, static cache => new RedisConnector(cache.Name, cache.Options, cache.GetShared<ConnectionPool>(), cache.Shared));
        CacheParts.Add(services, name, static cache => new LayoutAgreement(cache.Options.KeyPrefix, cache.Options.Partitions, LoggerOf<LayoutAgreement>(cache)));
        CacheParts.Add(services, name, static cache => Advised(cache, new RedisConnection(cache.Get<IRedisConnector>(), cache.Get<LayoutAgreement>(), SteadyTime(cache), LoggerOf<RedisConnection>(cache))));
        CacheParts.Add(services, name, static cache => new RedisCircuits(
            cache.Get<RedisConnection>(), cache.Options.OperationTimeout, SteadyTime(cache), cache.Get<CacheMeter>(), LoggerOf<RedisCircuits>(cache)));
        CacheParts.Add(services, name, static cache => new RedisRunner(
            cache.Get<RedisConnection>(), cache.Get<RedisCircuits>(), cache.Options.OperationTimeout, SteadyTime(cache), cache.Get<CacheMeter>()));
        CacheParts.Add(services, name, static cache => new RedisCommands(cache.Get<RedisRunner>()));
    }

    private static void AddStore(IServiceCollection services, string name)
    {
        CacheParts.Add(services, name, static cache => new PartitionFactory(
            new PartitionSettings(cache.Options.KeyPrefix, cache.Options.BuildNamespace!, TagStateOf(cache.Options)),
            cache.Get<RedisCircuits>(), cache.Get<RedisCommands>(), Time(cache), cache.Get<CacheMeter>(), cache.GetShared<ILoggerFactory>()));
        CacheParts.Add(services, name, static cache => new PartitionSet(
            cache.Get<LayoutAgreement>(), cache.Get<RedisConnection>(), cache.Get<RedisCircuits>(), cache.Get<RedisCommands>(), cache.Get<PartitionFactory>(), Time(cache),
            cache.Get<CacheMeter>(), LoggerOf<PartitionSet>(cache)));
        CacheParts.Add(services, name, static cache => new TagInvalidator(
            cache.Get<PartitionSet>(), cache.Get<RedisConnection>(), cache.Get<RedisCircuits>(), cache.Get<RedisCommands>(), TagStateOf(cache.Options), Time(cache),
            cache.Get<CacheMeter>(), LoggerOf<TagInvalidator>(cache)));
        CacheParts.Add(services, name, static cache => new EntryStore(
            cache.Get<PartitionSet>(), cache.Get<RedisConnection>(), cache.Get<RedisCircuits>(), cache.Get<RedisCommands>(), cache.Options.OperationTimeout, Time(cache),
            cache.Get<CacheMeter>(), LoggerOf<EntryStore>(cache)));
        CacheParts.Add(services, name, static cache => new TagCacheStore(cache.Get<PartitionSet>(), cache.Get<EntryStore>(), cache.Get<TagInvalidator>(), cache.Options.Enabled ? null : new DisabledCache(CacheNames.Shown(cache.Name), LoggerOf<TagCacheStore>(cache)), Time(cache)));
        CacheParts.Add<ITagCacheStore>(services, name, static cache => cache.Get<TagCacheStore>());
        CacheParts.Add(services, name, static cache => new DistributedCacheAdapter(cache.Get<TagCacheStore>(), cache.Options.IsolateDistributedCacheByBuild, Time(cache)));
    }

    private static void AddValues(IServiceCollection services, string name)
    {
        CacheParts.Add(services, name, static cache => new ValueStore(
            cache.Get<EntryStore>(), cache.Get<PartitionSet>(), cache.Get<RedisCommands>(), cache.Get<RedisConnection>(), cache.Options.OperationTimeout, Time(cache),
            cache.Get<CacheMeter>(), cache.GetShared<ILoggerFactory>()));
        CacheParts.Add(services, name, static cache => new LeaseClient(
            cache.Get<RedisCommands>(), cache.Get<RedisConnection>(), cache.Get<RedisCircuits>(), cache.Options.LeaseDuration, Time(cache), LoggerOf<LeaseClient>(cache)));
        CacheParts.Add(services, name, static cache => new LeaseStore(cache.Get<ValueStore>(), cache.Get<LeaseClient>(), cache.Options.LeaseDuration, Time(cache)));
        CacheParts.Add<ITagCacheLeases>(services, name, static cache => cache.Get<LeaseStore>());
        CacheParts.Add(services, name, static cache => new InProcessLeasesOf(cache.Get<ValueStore>(), cache.Get<LeaseStore>(), Time(cache)));
        CacheParts.Add<ITagCacheCopies>(services, name, static cache => new EntryCopiesOf(cache.Get<ValueStore>(), Time(cache), cache.Get<CacheMeter>()));
        CacheParts.Add(services, name, static cache => new TagCache(
            cache.Get<TagCacheStore>(), cache.Get<ValueStore>(), cache.Get<LeaseStore>(), new Policies(cache.Options.Profiles), cache.GetShared<Serializers>(), SettingsOf(cache.Options),
            Time(cache), cache.Get<CacheMeter>(), LoggerOf<TagCache>(cache)));
        CacheParts.Add<ITagCache>(services, name, static cache => cache.Get<TagCache>());
    }

    private static void AddManagement(IServiceCollection services, string name)
    {
        CacheParts.Add(services, name, static cache => new InspectionCommands(cache.Get<RedisConnection>(), cache.Options.OperationTimeout, Time(cache)));
        CacheParts.Add<ITagCacheInspector>(services, name, static cache => new Inspector(
            cache.Get<PartitionSet>(), cache.Get<EntryStore>(), cache.Get<InspectionCommands>(),
            new InspectorSettings(cache.Options.KeyPrefix, cache.Options.BuildNamespace!, cache.Options.BuildNamespaceSource), Time(cache)));
        CacheParts.Add<ITagCacheStatistics>(services, name, static cache => new TagCacheStatistics(
            cache.Get<CacheStatistics>(), cache.Get<PartitionSet>(), cache.Get<RedisConnection>(), cache.Get<InspectionCommands>(), cache.Get<LayoutAgreement>(), new BuildOrigin(cache.Options.BuildNamespace!, cache.Options.BuildNamespaceSource),
            cache.Options.Enabled, cache.Options.OperationTimeout, Time(cache)));
    }

    private static RedisConnection Advised(in CacheParts cache, RedisConnection connection)
    {
        var logger = cache.GetShared<ILoggerFactory>().CreateLogger(AdviceCategory.Name);
        new StartupAdvice(connection, cache.Get<LayoutAgreement>(), cache.Options, cache.GetShared<GivenAdvice>(), Time(cache), SteadyTime(cache), logger).Attach();
        return connection;
    }

    private static TimeProvider Time(in CacheParts cache) => cache.GetShared<TimeProvider>();

    /// <summary>The clock of timeouts.</summary>
    private static TimeProvider SteadyTime(in CacheParts cache) => Time(cache) is ISteadyTime { Steady: var steady } ? steady : Time(cache);

    private static ILogger<T> LoggerOf<T>(in CacheParts cache) => cache.GetShared<ILogger<T>>();

    private static CacheObserver? ObserverOf(in CacheParts cache) =>
        cache.Options.OnEvent is { } observer ? new CacheObserver(observer, Time(cache), LoggerOf<CacheObserver>(cache)) : null;

    private static StoreSettings TagStateOf(RedisTagCacheOptions options) => new(options.TagInvalidationRetention, options.MaxTagInvalidations);

    private static TagCacheSettings SettingsOf(RedisTagCacheOptions options) => new(
        options.Enabled,
        options.MaximumKeyLength,
        options.MaximumPayloadBytes,
        options.LocalCacheBytes,
        options.LocalCacheEntries,
        options.AllowLocalReadsWhenDisconnected,
        options.LeaseTimeout,
        options.FactoryTimeout,
        options.Compression,
        options.CompressionThreshold);
}
