using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RedisTagCache.DependencyInjection;

namespace RedisTagCache.Tests.DependencyInjection;

/// <summary>Sections of named caches: the case of their names, and what a reload changes.</summary>
public sealed class NamedSectionTests
{
    [Theory]
    [InlineData("catalog", "Catalog")]
    [InlineData("Catalog", "CATALOG")]
    public async Task Start_WithASectionInAnotherCase_UsesIt(string cache, string section)
    {
        using var host = TestHost.Create(services => services.AddRedisTagCache(cache), ("Configuration", "localhost:1"), ($"Caches:{section}:KeyPrefix", "shop"));
        await host.StartAsync();
        Assert.Equal("shop", host.Services.GetRequiredService<IOptionsMonitor<RedisTagCacheOptions>>().Get(cache).KeyPrefix);
        await host.StopAsync();
    }

    [Fact]
    public async Task Start_WithTwoNamesOfTheSameSection_NamesBoth()
    {
        using var host = TestHost.Create(
            static services => services.AddRedisTagCache("catalog").AddRedisTagCache("Catalog", static options => options.KeyPrefix = "other").AddRedisTagCache("sessions"),
            ("Configuration", "localhost:1"), ("Caches:catalog:KeyPrefix", "shop"));
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.StartsWith(
            "The caches 'catalog' and 'Catalog' have the same configuration section 'RedisTagCache:Caches:catalog', because configuration is not case-sensitive.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithTwoNamesThatDifferInCaseWithoutASection_IsFine()
    {
        using var host = TestHost.Create(static services => services.AddRedisTagCache("catalog").AddRedisTagCache("Catalog"), ("Configuration", "localhost:1"));
        await host.StartAsync();
        await host.StopAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("catalog")]
    public void Options_OfAPartAfterAReload_AreThoseOfTheOthers(string cache)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Live:MaximumKeyLength", "10")]).Build();
        var collection = new ServiceCollection();
        collection.AddRedisTagCache(static options => options.Configuration = "localhost:1").AddRedisTagCache("catalog", static options => options.Configuration = "localhost:1");
        collection.Configure<RedisTagCacheOptions>(cache, configuration.GetSection("Live"));
        using var services = collection.BuildServiceProvider();
        var first = new CacheParts(services, cache).Options;
        Assert.Equal(10, first.MaximumKeyLength);

        configuration["Live:MaximumKeyLength"] = "20";
        configuration.Reload();
        Assert.Equal(20, services.GetRequiredService<IOptionsMonitor<RedisTagCacheOptions>>().Get(cache).MaximumKeyLength);
        Assert.Same(first, new CacheParts(services, cache).Options);
    }
}
