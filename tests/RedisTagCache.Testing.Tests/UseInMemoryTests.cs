using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace RedisTagCache.Testing.Tests;

/// <summary>How an application gets the server.</summary>
public sealed class UseInMemoryTests : IAsyncDisposable
{
    private const int InMemoryServer = 90;

    private readonly InMemoryRedis _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task UseInMemoryRedis_OfEveryCache_OverridesOptionsAndConfiguration()
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:redis"] = "localhost:1",
            ["RedisTagCache:ConnectionStringName"] = "redis",
            ["RedisTagCache:Caches:b:Configuration"] = "localhost:2",
        };
        await using var app = await TestApp.StartAsync(
            _server,
            static services => services
                .AddRedisTagCache("a", static options => options.ConnectionMultiplexerFactory = static () => throw new NotSupportedException())
                .AddRedisTagCache("b", static options => options.ConfigureConnection = static _ => throw new NotSupportedException())
                .AddRedisTagCache("c", static options => options.ConfigurationOptions = ConfigurationOptions.Parse("localhost:3")),
            settings: settings);
        foreach (var name in new[] { "a", "b", "c" })
            await app.Services.GetRequiredKeyedService<ITagCache>(name).EvictByTagAsync(name);
        await app.Values.EvictByTagAsync("unnamed");
        Assert.Equal(["a", "b", "c", "unnamed"], _server.Evictions.Select(static eviction => eviction.Tag));

        // Caches of one application share a connection, as they do with Redis.
        Assert.InRange((await ListConnectionsAsync()).Count(static line => line.Contains("RedisTagCache", StringComparison.Ordinal)), 1, 2);
    }

    [Fact]
    public async Task UseInMemory_OfOneCache_LeavesTheOthers()
    {
        await using var own = new InMemoryRedis();
        var services = new ServiceCollection();
        services.AddRedisTagCache(options => options.UseInMemory(_server)).AddRedisTagCache("own", options => options.UseInMemory(own));
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<ITagCache>().EvictByTagAsync("a");
        await provider.GetRequiredKeyedService<ITagCache>("own").EvictByTagAsync("b");
        Assert.Equal("a", Assert.Single(_server.Evictions).Tag);
        Assert.Equal("b", Assert.Single(own.Evictions).Tag);
    }

    [Theory]
    [InlineData(null, 30_000)]
    [InlineData("00:00:00.300", 300)]
    [InlineData("00:00:45", 45_000)]
    public void OperationTimeout_OnlyIfItIsTheDefault_BecomesLong(string? configured, int expected)
    {
        var services = new ServiceCollection();
        var settings = new Dictionary<string, string?> { ["RedisTagCache:OperationTimeout"] = configured };
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(configured is null ? [] : settings).Build());
        services.AddRedisTagCache().UseInMemoryRedis(_server);
        using var provider = services.BuildServiceProvider();
        Assert.Equal(TimeSpan.FromMilliseconds(expected), provider.GetRequiredService<IOptions<RedisTagCacheOptions>>().Value.OperationTimeout);
    }

    /// <summary>docs/testing.md advises it for tests of a slow server.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OperationTimeout_SetByPostConfigureAll_HoldsForEveryCache(bool isBefore)
    {
        var services = new ServiceCollection();
        services.AddRedisTagCache().AddRedisTagCache("a");
        if (isBefore)
            Shorten();
        services.UseInMemoryRedis(_server);
        if (!isBefore)
            Shorten();
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptionsMonitor<RedisTagCacheOptions>>();
        Assert.All(["", "a"], name => Assert.Equal(TimeSpan.FromMilliseconds(300), options.Get(name).OperationTimeout));

        void Shorten() => services.PostConfigureAll<RedisTagCacheOptions>(static all => all.OperationTimeout = TimeSpan.FromMilliseconds(300));
    }

    [Fact]
    public async Task CachesWithOnePrefix_OfTwoServers_StayApart()
    {
        var settings = new Dictionary<string, string?>
        {
            ["RedisTagCache:Configuration"] = "localhost:1",
            ["RedisTagCache:KeyPrefix"] = "shop",
            ["RedisTagCache:Caches:pages:Configuration"] = "localhost:2",
            ["RedisTagCache:Caches:pages:KeyPrefix"] = "shop",
        };
        await using var app = await TestApp.StartAsync(_server, static services => services.AddRedisTagCache("pages"), settings: settings);
        var other = app.Services.GetRequiredKeyedService<ITagCache>("pages");
        await app.Values.SetAsync("k", "v", tags: ["t"]);
        await other.EvictByTagAsync("t");
        Assert.Equal("v", await app.Values.GetOrCreateAsync("k", static (_, _) => ValueTask.FromResult("computed again"), tags: ["t"]));
        Assert.Equal("shop.pages", Assert.Single(_server.Evictions).KeyPrefix);
    }

    /// <summary>What is an error in production is one here.</summary>
    [Fact]
    public async Task CachesWithOnePrefix_OfOneServer_AreRejectedAtStartup()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddRedisTagCache(options => options.UseInMemory(_server)).AddRedisTagCache("a", options => options.UseInMemory(_server).KeyPrefix = "rtc");
        await using var provider = services.BuildServiceProvider();
        var e = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());
        Assert.Contains("the same server", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TimeProvider_OfTheApplication_IsTheServersUnlessThereIsAnother()
    {
        await using (var app = await TestApp.StartAsync(_server))
            Assert.Same(_server.TimeProvider, app.Services.GetRequiredService<TimeProvider>());
        await using (var app = await TestApp.StartAsync(_server, static services => services.AddSingleton(TimeProvider.System)))
            Assert.Same(_server.TimeProvider, app.Services.GetRequiredService<TimeProvider>());

        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using (var app = await TestApp.StartAsync(_server, services => services.AddSingleton<TimeProvider>(clock)))
            Assert.Same(clock, app.Services.GetRequiredService<TimeProvider>());
    }

    [Fact]
    public async Task FakeTimeProvider_OfServerAndApplication_EndsPages()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = new InMemoryRedis(clock);
        await using var app = await TestApp.StartAsync(server, services => services.AddSingleton<TimeProvider>(clock));
        Assert.Equal("1: 1", await app.GetAsync("/pages/1"));
        Assert.Equal("1: 1", await app.GetAsync("/pages/1"));
        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("1: 2", await app.GetAsync("/pages/1"));
    }

    [Theory]
    [InlineData("Development", false)]
    [InlineData("Production", true)]
    public async Task Startup_OutsideDevelopment_LogsAWarning(string environment, bool isWarned)
    {
        await using var app = await TestApp.StartAsync(_server, static services => services.AddRedisTagCache("catalog"), environment);
        var warnings = app.Logs.GetSnapshot().Where(static line => line.Id.Id == InMemoryServer).ToArray();
        Assert.Equal(isWarned ? 2 : 0, warnings.Length);
        Assert.All(warnings, line => Assert.Equal((LogLevel.Warning, true), (line.Level, line.Message.Contains($"'{environment}'", StringComparison.Ordinal))));
        if (isWarned)
            Assert.Contains("'catalog'", warnings[1].Message, StringComparison.Ordinal);
    }

    private async Task<string[]> ListConnectionsAsync()
    {
        var options = _server.CreateConfigurationOptions();
        options.AllowAdmin = true;
        await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        return ((string)(await connection.GetDatabase().ExecuteAsync("CLIENT", "LIST"))!).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
