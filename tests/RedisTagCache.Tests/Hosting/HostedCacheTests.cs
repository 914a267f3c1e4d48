using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RedisTagCache.Management;

namespace RedisTagCache.Tests.Hosting;

/// <summary>Caches of a host builder: their services, where their connection comes from, and what a wrong setup is told at startup.</summary>
public sealed class HostedCacheTests
{
    private const string Named = "ConnectionStrings:cache";
    private const string Section = "RedisTagCache:Configuration";

    [Fact]
    public void Cache_OfABuilder_IsTheApplicationsCache()
    {
        var builder = Builder((Named, "named:1"));
        Assert.Same(builder, builder.AddRedisTagCache("cache"));
        using var host = builder.Build();
        Assert.Equal("named:1", OptionsOf(host).Configuration);
        Assert.NotNull(host.Services.GetRequiredService<HybridCache>());
        Assert.NotNull(host.Services.GetRequiredService<ITagCache>());
        Assert.NotNull(host.Services.GetRequiredService<ITagCacheStatistics>());
    }

    [Fact]
    public void KeyedCache_OfABuilder_HasItsNameAsTheKey()
    {
        var builder = Builder(("ConnectionStrings:catalog", "catalog:1"), ("RedisTagCache:KeyPrefix", "shop"));
        Assert.Same(builder, builder.AddKeyedRedisTagCache("catalog"));
        using var host = builder.Build();
        Assert.Equal(("catalog:1", "shop.catalog"), (OptionsOf(host, "catalog").Configuration, OptionsOf(host, "catalog").KeyPrefix));
        Assert.NotNull(host.Services.GetRequiredKeyedService<HybridCache>("catalog"));
        Assert.Null(host.Services.GetService<HybridCache>());
    }

    [Theory]
    [InlineData("cache catalog sessions")]
    [InlineData("sessions catalog cache")]
    [InlineData("catalog cache sessions cache catalog")]
    public async Task Caches_InAnyOrder_HaveTheirOwnConnections(string calls)
    {
        var builder = Builder((Named, "named:1"), ("ConnectionStrings:catalog", "catalog:1"), ("RedisTagCache:Caches:sessions:Configuration", "sessions:1"));
        foreach (var call in calls.Split(' '))
            _ = call == "cache" ? builder.AddRedisTagCache(call) : builder.AddKeyedRedisTagCache(call);
        using var host = builder.Build();
        await host.StartAsync();
        Assert.Equal(("named:1", "catalog:1", "sessions:1"), (OptionsOf(host).Configuration, OptionsOf(host, "catalog").Configuration, OptionsOf(host, "sessions").Configuration));
        Assert.NotSame(host.Services.GetRequiredService<HybridCache>(), host.Services.GetRequiredKeyedService<HybridCache>("catalog"));
        await host.StopAsync();
    }

    [Fact]
    public void Connection_InTheSectionAndByName_IsTheOneByName() => Assert.Equal("named:1", ConfigurationOf([(Named, "named:1"), (Section, "section:1"), ("RedisTagCache:ConnectionStringName", "other")]));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Connection_InTheSectionAlone_IsUsed(string? named) => Assert.Equal("section:1", ConfigurationOf([(Named, named), (Section, "section:1")]));

    [Fact]
    public void Connection_WithAnotherNameInTheSection_IsUsedIfThereIsNone() =>
        Assert.Equal("other:1", ConfigurationOf([("RedisTagCache:ConnectionStringName", "other"), ("ConnectionStrings:other", "other:1")]));

    [Fact]
    public void Connection_OfTheSettingsInCode_OverridesTheConfiguration() => Assert.Equal(
        "named:1,ssl=true",
        ConfigurationOf([(Named, "named:1"), (Section, "section:1")], builder => builder.AddRedisTagCache("cache", settings => settings.ConnectionString += ",ssl=true")));

    [Fact]
    public void Connection_OfTheOptionsInCode_OverridesAll() => Assert.Equal(
        "code:1",
        ConfigurationOf([(Named, "named:1"), (Section, "section:1")], builder => builder.AddRedisTagCache("cache", settings => settings.ConnectionString = "settings:1", options => options.Configuration = "code:1")));

    [Fact]
    public void ConnectionStringName_OfTheOptionsInCode_OverridesTheName() => Assert.Equal(
        "other:1",
        ConfigurationOf([(Named, "named:1"), ("ConnectionStrings:other", "other:1")], builder => builder.AddRedisTagCache("cache", configureOptions: options => options.ConnectionStringName = "other")));

    [Fact]
    public void Connection_OfOptionsThatWereConfiguredBefore_OverridesTheName() => Assert.Equal(
        "before:1",
        ConfigurationOf([(Named, "named:1")], builder =>
        {
            builder.Services.Configure<RedisTagCacheOptions>(options => options.Configuration = "before:1");
            builder.AddRedisTagCache("cache");
        }));

    [Fact]
    public void ConnectionString_ThatIsAddedAfterTheCache_IsFound() => Assert.Equal(
        "later:1",
        ConfigurationOf([], builder =>
        {
            builder.AddRedisTagCache("cache");
            builder.Configuration.AddInMemoryCollection([KeyValuePair.Create(Named, (string?)"later:1")]);
        }));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Start_WithoutAConnectionString_NamesWhatIsMissing(string? named)
    {
        var builder = Builder((Named, named));
        builder.AddRedisTagCache("cache");
        Assert.Equal(
            "The cache 'default' has no connection string. Set 'ConnectionStrings:cache' or 'RedisTagCache:Configuration'. In an Aspire app host, call WithReference with the Redis resource 'cache'.",
            await ErrorOfStartAsync(builder));
    }

    [Fact]
    public async Task Start_WithoutAConnectionStringOfANamedCache_NamesWhatIsMissing()
    {
        var builder = Builder((Named, "named:1"));
        builder.AddRedisTagCache("cache");
        builder.AddKeyedRedisTagCache("catalog");
        Assert.Equal(
            "The cache 'catalog' has no connection string. Set 'ConnectionStrings:catalog' or 'RedisTagCache:Caches:catalog:Configuration'. In an Aspire app host, call WithReference with the Redis resource 'catalog'.",
            await ErrorOfStartAsync(builder));
    }

    [Fact]
    public async Task Start_OfADisabledCache_NeedsNoConnectionString()
    {
        var builder = Builder(("RedisTagCache:Enabled", "false"));
        builder.AddRedisTagCache("cache");
        using var host = builder.Build();
        await host.StartAsync();
        await host.StopAsync();
    }

    [Fact]
    public void Add_WithTheNameOfAnotherConnectionString_Throws()
    {
        var builder = Builder();
        builder.AddRedisTagCache("cache");
        var e = Assert.Throws<InvalidOperationException>(() => builder.AddRedisTagCache("catalog"));
        Assert.Contains("'cache'", e.Message, StringComparison.Ordinal);
        Assert.Contains("AddKeyedRedisTagCache(\"catalog\")", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_WithNamesThatAreNone_Throws()
    {
        Assert.Throws<ArgumentException>(() => Builder().AddRedisTagCache(" "));
        Assert.Throws<ArgumentException>(() => Builder().AddKeyedRedisTagCache("a b"));
        Assert.Throws<ArgumentException>(() => Builder().AddKeyedRedisTagCache("default"));
    }

    [Fact]
    public void Add_WithASwitchThatIsNone_NamesIt()
    {
        var e = Assert.Throws<InvalidOperationException>(() => Builder(("RedisTagCache:Caches:catalog:DisableMetrics", "perhaps")).AddKeyedRedisTagCache("catalog"));
        Assert.Contains("RedisTagCache:Caches:catalog:DisableMetrics", e.Message, StringComparison.Ordinal);
    }

    internal static HostApplicationBuilder Builder(params (string Name, string? Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings.Where(static setting => setting.Value is not null).Select(static setting => KeyValuePair.Create(setting.Name, setting.Value)));
        return builder;
    }

    private static string? ConfigurationOf((string Name, string? Value)[] settings, Action<HostApplicationBuilder>? add = null)
    {
        var builder = Builder(settings);
        if (add is null)
            builder.AddRedisTagCache("cache");
        else
            add(builder);
        using var host = builder.Build();
        return OptionsOf(host).Configuration;
    }

    private static RedisTagCacheOptions OptionsOf(IHost host, string name = "") => host.Services.GetRequiredService<IOptionsMonitor<RedisTagCacheOptions>>().Get(name);

    private static async Task<string> ErrorOfStartAsync(HostApplicationBuilder builder)
    {
        using var host = builder.Build();
        return (await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync())).Message;
    }
}
