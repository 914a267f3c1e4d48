using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ZiggyCreatures.Caching.Fusion;

namespace RedisTagCache.AspNetCore.Tests.Docs;

/// <summary>The one line that the migration pages add is the change, and without it everything is as before.</summary>
public sealed class MigrationTests
{
    private const string Redis = "localhost:6379";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OutputCache_WithTheLine_IsReplaced(bool withTheLine)
    {
        var services = Services();
        services.AddOutputCache();
        services.AddStackExchangeRedisOutputCache(options => options.Configuration = Redis);
        if (withTheLine)
            services.AddRedisTagOutputCache();

        await using var provider = services.BuildServiceProvider();

        AssertIsOurs(withTheLine, provider.GetRequiredService<IOutputCacheStore>());
    }

    [Theory]
    [InlineData(CacheServices.HybridCache)]
    [InlineData(CacheServices.None)]
    public async Task HybridCache_WithTheLine_IsReplaced(CacheServices replaced)
    {
        var services = Services();
        services.AddStackExchangeRedisCache(options => options.Configuration = Redis);
        services.AddHybridCache();
        services.AddRedisTagCache(replace: replaced);

        await using var provider = services.BuildServiceProvider();

        AssertIsOurs(replaced == CacheServices.HybridCache, provider.GetRequiredService<HybridCache>());
        AssertIsOurs(expected: false, provider.GetRequiredService<IDistributedCache>());
    }

    [Theory]
    [InlineData(CacheServices.DistributedCache)]
    [InlineData(CacheServices.None)]
    public async Task DistributedCache_WithTheLine_IsReplaced(CacheServices replaced)
    {
        var services = Services();
        services.AddStackExchangeRedisCache(options => options.Configuration = Redis);
        services.AddRedisTagCache(replace: replaced);

        await using var provider = services.BuildServiceProvider();

        AssertIsOurs(replaced == CacheServices.DistributedCache, provider.GetRequiredService<IDistributedCache>());
    }

    [Theory]
    [InlineData(CacheServices.HybridCache)]
    [InlineData(CacheServices.None)]
    public async Task FusionCache_WithTheLine_IsNoLongerHybridCache(CacheServices replaced)
    {
        var services = Services();
        services.AddFusionCache().AsHybridCache();
        services.AddRedisTagCache(replace: replaced);

        await using var provider = services.BuildServiceProvider();

        AssertIsOurs(replaced == CacheServices.HybridCache, provider.GetRequiredService<HybridCache>());
        Assert.NotNull(provider.GetRequiredService<IFusionCache>());
    }

    private static ServiceCollection Services()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddRouting();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("RedisTagCache:Configuration", Redis)]).Build());
        return services;
    }

    private static void AssertIsOurs(bool expected, object service) =>
        Assert.Equal(expected, service.GetType().Assembly.GetName().Name!.StartsWith("RedisTagCache", StringComparison.Ordinal));
}
