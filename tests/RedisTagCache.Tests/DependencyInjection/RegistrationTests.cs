using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RedisTagCache.Tests.DependencyInjection;

public sealed class RegistrationTests
{
    private static readonly Action<IServiceCollection>[] _calls =
    [
        static services => services.AddRedisTagCache(replace: CacheServices.HybridCache | CacheServices.DistributedCache),
        static services => services.AddRedisTagOutputCache(),
        static services => services.AddOutputCache(),
        static services => services.AddDistributedMemoryCache(),
    ];

    public static TheoryData<string> Orders => [.. Permutations("0123")];

    [Theory]
    [MemberData(nameof(Orders))]
    public void Add_InPlaceOfOthersAndInAnyOrder_GivesOurServices(string order)
    {
        using var services = new Unconnected(collection =>
        {
            collection.Clear();
            collection.Configure<RedisTagCacheOptions>(options => options.Configuration = "localhost:1");
            foreach (var call in order)
                _calls[call - '0'](collection);
        });
        Assert.Equal("DistributedCacheAdapter", Assert.Single(services.Provider.GetServices<IDistributedCache>()).GetType().Name);
        Assert.Same(services.Get<IDistributedCache>(), Assert.Single(services.Provider.GetServices<IBufferDistributedCache>()));
        Assert.Equal("OutputCacheStoreAdapter", Assert.Single(services.Provider.GetServices<IOutputCacheStore>()).GetType().Name);
        Assert.IsType<IOutputCacheBufferStore>(services.Get<IOutputCacheStore>(), exactMatch: false);
        Assert.Single(services.Provider.GetServices<ITagCacheStore>());
        Assert.Same(services.Get<ITagCacheStore>(), services.Get<ITagCacheStore>());
    }

    [Fact]
    public void Add_Repeatedly_DoesNotDuplicateRegistrations()
    {
        var services = new ServiceCollection();
        services.AddRedisTagCache().AddRedisTagOutputCache();
        var once = Names(services);
        Assert.Equal(once.Length, once.Distinct().Count());

        services.AddRedisTagCache().AddRedisTagOutputCache().AddRedisTagCache();
        Assert.Equal(once, Names(services));
    }

    [Fact]
    public void Add_AfterKeyedServices_LeavesThemAlone()
    {
        var other = new object();
        var services = new ServiceCollection();
        services.AddKeyedSingleton<object>("other", other);
        services.AddKeyedSingleton<IDistributedCache>("other", (_, _) => throw new InvalidOperationException());
        services.AddRedisTagCache().AddRedisTagOutputCache();
        Assert.Single(services, service => service.IsKeyedService && service.ServiceType == typeof(IDistributedCache));
    }

    [Fact]
    public void Add_AfterAnotherCache_TakesItsPlaceOnlyIfAsked()
    {
        Assert.Equal("MemoryDistributedCache", After(CacheServices.None).DistributedCache);
        Assert.Equal("DistributedCacheAdapter", After(CacheServices.DistributedCache).DistributedCache);
        Assert.Equal("DistributedCacheAdapter", After(CacheServices.DistributedCache).BufferDistributedCache);
        Assert.Null(After(CacheServices.None).BufferDistributedCache);

        static (string? DistributedCache, string? BufferDistributedCache) After(CacheServices replace)
        {
            var collection = new ServiceCollection();
            collection.AddDistributedMemoryCache();
            collection.AddRedisTagCache(static options => options.Configuration = "localhost:1", replace);
            using var services = collection.BuildServiceProvider();
            return (services.GetService<IDistributedCache>()?.GetType().Name, services.GetService<IBufferDistributedCache>()?.GetType().Name);
        }
    }

    [Fact]
    public void AddOutputCache_Alone_LeavesTheOtherCachesToTheApplication()
    {
        var services = new ServiceCollection();
        services.AddRedisTagOutputCache();
        Assert.DoesNotContain(services, service => service.ServiceType == typeof(IDistributedCache) || service.ServiceType == typeof(HybridCache));
    }

    [Fact]
    public void Add_WithoutServices_IsAnArgumentNullException()
    {
        Assert.Throws<ArgumentNullException>(() => RedisTagCacheServiceCollectionExtensions.AddRedisTagCache(null!));
        Assert.Throws<ArgumentNullException>(() => RedisTagOutputCacheServiceCollectionExtensions.AddRedisTagOutputCache(null!));
    }

    [Fact]
    public void AddOutputCache_WithOptions_KeepsThem()
    {
        using var services = new Unconnected(collection => collection.AddRedisTagOutputCache(options => options.MaximumBodySize = 77));
        Assert.Equal(77, services.Get<IOptions<OutputCacheOptions>>().Value.MaximumBodySize);
    }

    [Fact]
    public async Task Resolve_AllServices_OpensNoConnection()
    {
        using (var services = new Unconnected(collection => collection.AddRedisTagOutputCache()))
        {
            var resolved = services.Collection
                .Where(service => !service.IsKeyedService && !service.ServiceType.IsGenericTypeDefinition)
                .SelectMany(service => services.Provider.GetServices(service.ServiceType))
                .ToArray();
            Assert.Contains(resolved, service => service is ITagCacheStore);
            services.Get<ITagCache>().BeginScope().Dispose();
            Assert.Equal(0, services.Connections);

            // Such a connection would have been seen.
            using var lookup = await services.Get<ITagCacheStore>().GetAsync(new CacheEntryKey(CacheRegion.Output, "k"));
            Assert.Equal((CacheMissReason.Unavailable, CacheVersion.Unknown), (lookup.MissReason, lookup.Version));
            Assert.NotEqual(0, services.Connections);
        }
    }

    private static string[] Names(ServiceCollection services) =>
    [
        .. services.Where(service => !service.IsKeyedService)
            .Select(service => $"{service.ServiceType} {service.ImplementationType}")
            .Where(name => name.Contains("RedisTagCache", StringComparison.Ordinal) || name.Contains("Caching", StringComparison.Ordinal))
            .Where(name => !name.Contains("OutputCacheOptions", StringComparison.Ordinal)) // Microsoft's own call adds those each time
            .Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> Permutations(string calls) =>
        calls.Length == 1 ? [calls] : calls.SelectMany(first => Permutations(calls.Replace(first.ToString(), "", StringComparison.Ordinal)).Select(rest => first + rest));
}
