using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RedisTagCache.Connection;
using RedisTagCache.Management;
using StackExchange.Redis;

namespace RedisTagCache.Tests.DependencyInjection;

/// <summary>Several caches in one application: their services, their options, and what the application is told about a wrong setup.</summary>
public sealed class NamedCacheTests
{
    private static readonly (string Name, string? Value)[] _connection = [("Configuration", "localhost:1")];

    [Fact]
    public void Services_OfANamedCache_HaveItsNameAsTheirKey()
    {
        using var services = Provider(static services => services.AddRedisTagCache("catalog"));
        Type[] types =
        [
            typeof(HybridCache), typeof(ITagCache), typeof(ITagCacheStore), typeof(IDistributedCache), typeof(IBufferDistributedCache), typeof(ITagCacheInspector), typeof(ITagCacheStatistics),
        ];
        Assert.All(types, type => Assert.NotNull(services.GetRequiredKeyedService(type, "catalog")));
        Assert.All(types, type => Assert.Same(services.GetRequiredKeyedService(type, "catalog"), services.GetRequiredKeyedService(type, "catalog")));
        Assert.All(types, type => Assert.Null(services.GetService(type)));
        Assert.Same(services.GetRequiredKeyedService<IDistributedCache>("catalog"), services.GetRequiredKeyedService<IBufferDistributedCache>("catalog"));
    }

    [Fact]
    public void Services_OfSeveralCaches_AreTheirOwn()
    {
        using var services = Provider(static services => services.AddRedisTagCache().AddRedisTagCache("a").AddRedisTagCache("b"));
        HybridCache[] caches = [services.GetRequiredService<HybridCache>(), services.GetRequiredKeyedService<HybridCache>("a"), services.GetRequiredKeyedService<HybridCache>("b")];
        Assert.Equal(3, caches.Distinct().Count());
        Assert.Equal(3, new[] { services.GetRequiredService<ITagCacheStore>(), services.GetRequiredKeyedService<ITagCacheStore>("a"), services.GetRequiredKeyedService<ITagCacheStore>("b") }.Distinct().Count());
    }

    [Fact]
    public void Options_OfANamedCache_ComeFromItsSectionThenFromTheCommonOne()
    {
        (string, string?)[] settings =
        [
            ("Configuration", "common:1"), ("KeyPrefix", "shop"), ("BuildNamespace", "7"), ("LocalCacheEntries", "5"), ("LeaseDuration", "00:00:07"), ("Profiles:default:Lifetime", "00:01:00"),
            ("Caches:catalog:Configuration", "own:1"), ("Caches:catalog:LocalCacheEntries", "6"), ("Caches:catalog:Profiles:default:Lifetime", "00:02:00"), ("Caches:sessions:KeyPrefix", "s"),
        ];
        using var services = Provider(
            static services => services.AddRedisTagCache().AddRedisTagCache("catalog", static options => options.MaximumKeyLength = 9).AddRedisTagCache("sessions"), settings);
        var options = services.GetRequiredService<IOptionsMonitor<RedisTagCacheOptions>>();

        var catalog = options.Get("catalog");
        Assert.Equal(("own:1", "shop.catalog", "7", 6, TimeSpan.FromSeconds(7), 9), (catalog.Configuration, catalog.KeyPrefix, catalog.BuildNamespace, catalog.LocalCacheEntries, catalog.LeaseDuration, catalog.MaximumKeyLength));
        Assert.Equal(TimeSpan.FromMinutes(2), catalog.Profiles["default"].Lifetime);
        var sessions = options.Get("sessions");
        Assert.Equal(("common:1", "s", 5, 1_024), (sessions.Configuration, sessions.KeyPrefix, sessions.LocalCacheEntries, sessions.MaximumKeyLength));
        Assert.Equal(TimeSpan.FromMinutes(1), sessions.Profiles["default"].Lifetime);
        Assert.Equal(("common:1", "shop", 5), (options.CurrentValue.Configuration, options.CurrentValue.KeyPrefix, options.CurrentValue.LocalCacheEntries));
    }

    [Fact]
    public void Options_OfANamedCacheWithoutConfiguration_HaveAPrefixOfTheirOwn()
    {
        using var services = new ServiceCollection().AddRedisTagCache("catalog", static options => options.Configuration = "localhost:1").BuildServiceProvider();
        Assert.Equal("rtc.catalog", services.GetRequiredService<IOptionsMonitor<RedisTagCacheOptions>>().Get("catalog").KeyPrefix);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("default")]
    [InlineData("Default")]
    [InlineData("a/b")]
    [InlineData("an-name-that-is-longer-than-it-may-be")]
    public void Add_WithANameThatIsNone_IsRefused(string name)
    {
        var e = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddRedisTagCache(name));
        Assert.Contains($"'{name}'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithTwoCachesOfTheSameServerAndPrefix_NamesBoth()
    {
        var message = await RefusedAsync(
            static services => services.AddRedisTagCache("a", static o => o.KeyPrefix = "same").AddRedisTagCache("b", static o => (o.KeyPrefix, o.Configuration) = ("same", "LOCALHOST:1,password=hunter2")));
        Assert.Contains("The caches 'a' and 'b' have the same server and the same KeyPrefix 'same'", message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithTheSamePrefixOnTwoServersOrDatabases_IsFine()
    {
        using var host = TestHost.Create(
            static services => services.AddRedisTagCache("a", static o => o.KeyPrefix = "same")
                .AddRedisTagCache("b", static o => (o.KeyPrefix, o.Configuration) = ("same", "localhost:2"))
                .AddRedisTagCache("c", static o => (o.KeyPrefix, o.Configuration) = ("same", "localhost:1,defaultDatabase=3")),
            _connection);
        await host.StartAsync();
        await host.StopAsync();
    }

    [Fact]
    public async Task Start_WithASectionOfNoCache_NamesIt()
    {
        var message = await RefusedAsync(static services => services.AddRedisTagCache("catalog"), ("Caches:catalogue:KeyPrefix", "c"));
        Assert.Contains("'RedisTagCache:Caches:catalogue' belongs to no cache", message, StringComparison.Ordinal);
        Assert.Contains("'catalog'", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithASectionOfTheCacheWithoutAName_SaysWhereItsOptionsStand()
    {
        var message = await RefusedAsync(static services => services.AddRedisTagCache("catalog"), ("Caches:Default:KeyPrefix", "c"));
        Assert.Contains("'RedisTagCache:Caches:Default' belongs to no cache. Options of the cache without a name stand in 'RedisTagCache' itself.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithTheCacheWithoutANameAsOthersCallIt_IsFine()
    {
        using var host = TestHost.Create(
            static services => services.AddRedisTagCache().AddRedisTagOutputCache(cacheName: "default").AddHealthChecks().AddRedisTagCache("redis", cacheName: "Default"), _connection);
        await host.StartAsync();
        await host.StopAsync();
    }

    [Theory]
    [InlineData("OperationTimeout", "01:00:00", "The cache 'catalog': ", "OperationTimeout must be between")]
    [InlineData("Configuration", "redis://host", "The cache 'catalog': ", "URI")]
    [InlineData("ConnectionStringName", "nosuch", "The cache 'catalog': ", "'ConnectionStrings:nosuch'")]
    public async Task Start_WithAnOptionThatIsWrong_NamesTheCache(string key, string value, string cache, string problem)
    {
        var message = await RefusedAsync(static services => services.AddRedisTagCache("catalog").AddRedisTagCache("other"), ("Caches:catalog:" + key, value));
        Assert.Contains(cache, message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
        Assert.DoesNotContain("'other'", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithoutAConnectionOfANamedCache_NamesItsKey()
    {
        using var host = TestHost.Create(static services => services.AddRedisTagCache(static o => o.Configuration = "localhost:1").AddRedisTagCache("catalog"), []);
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains("The cache 'catalog': ", e.Message, StringComparison.Ordinal);
        Assert.Contains("'RedisTagCache:Caches:catalog:Configuration'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithTwoCachesThatReplaceOneService_NamesBoth()
    {
        var message = await RefusedAsync(static services => services
            .AddRedisTagCache("sessions", static o => o.Configuration = "localhost:2", replace: CacheServices.DistributedCache)
            .AddRedisTagCache("catalog", replace: CacheServices.DistributedCache));
        Assert.Contains("The cache 'sessions' and the cache 'catalog' both replace the application's IDistributedCache.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAMisspelledKeyOfANamedCache_NamesIt()
    {
        var message = await RefusedAsync(static services => services.AddRedisTagCache("catalog"), ("Caches:catalog:KeyPrefx", "c"));
        Assert.Contains("'RedisTagCache:Caches:catalog:KeyPrefx'", message, StringComparison.Ordinal);
        Assert.Contains("'KeyPrefix'", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithPagesInACacheThatIsNotRegistered_NamesIt()
    {
        var message = await RefusedAsync(static services => services.AddRedisTagCache("catalog").AddRedisTagOutputCache(cacheName: "pages"));
        Assert.Contains("AddRedisTagOutputCache names the cache 'pages', which is not registered", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAHealthCheckOfACacheThatIsNotRegistered_NamesIt()
    {
        var message = await RefusedAsync(static services => services.AddRedisTagCache("catalog").AddHealthChecks().AddRedisTagCache());
        Assert.Contains("The health check 'redistagcache' names the cache 'default', which is not registered", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddOutputCache_InAnotherCache_IsRefused()
    {
        var services = new ServiceCollection().AddRedisTagOutputCache(cacheName: "a");
        Assert.Throws<ArgumentException>(() => services.AddRedisTagOutputCache(cacheName: "b"));
    }

    [Fact]
    public async Task Start_WithAnotherServiceAfterTheCacheThatReplacesIt_SaysSo()
    {
        var message = await RefusedAsync(static services =>
        {
            services.AddRedisTagCache("sessions", replace: CacheServices.DistributedCache);
            services.AddSingleton<IDistributedCache, OtherCache>();
        });
        Assert.Contains("The cache 'sessions' replaces the application's IDistributedCache, but OtherCache was registered after it", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAConnectionStringThatIsMissing_NamesIt()
    {
        var message = await RefusedAsync(static services => services.AddRedisTagCache("catalog", static o => (o.Configuration, o.ConnectionStringName) = (null, "cache")));
        Assert.Contains("ConnectionStringName is 'cache'", message, StringComparison.Ordinal);
        Assert.Contains("'ConnectionStrings:cache'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ConnectionStringName_OfAConnectionString_IsUsed()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:cache", (string?)"named:1"), KeyValuePair.Create("RedisTagCache:ConnectionStringName", (string?)"cache")]);
        builder.Services.AddRedisTagCache();
        using var host = builder.Build();
        Assert.Equal("named:1", TestHost.OptionsOf(host).Configuration);
    }

    [Theory]
    [InlineData("catalog", "RedisTagCache:Caches:catalog:ConnectionStringName")]
    [InlineData("sessions", "RedisTagCache:ConnectionStringName")]
    public void ConnectionStringName_OfANamedCache_ComesFromItsSectionThenFromTheCommonOne(string cache, string key)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:common"] = "common:1",
            ["RedisTagCache:Caches:other:Configuration"] = "other:1",
            ["RedisTagCache:ConnectionStringName"] = "common",
            ["ConnectionStrings:own"] = "own:1",
            [key] = "own",
        });
        builder.Services.AddRedisTagCache().AddRedisTagCache(cache).AddRedisTagCache("other");
        using var host = builder.Build();
        var options = host.Services.GetRequiredService<IOptionsMonitor<RedisTagCacheOptions>>();
        Assert.Equal("own:1", options.Get(cache).Configuration);
        Assert.Equal("other:1", options.Get("other").Configuration);
    }

    [Fact]
    public void ConnectionStringName_OfANamedCacheBesideACommonConnection_IsUsed()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:own"] = "own:1",
            ["RedisTagCache:Configuration"] = "common:1",
            ["RedisTagCache:Caches:catalog:ConnectionStringName"] = "own",
        });
        builder.Services.AddRedisTagCache().AddRedisTagCache("catalog");
        using var host = builder.Build();
        var options = host.Services.GetRequiredService<IOptionsMonitor<RedisTagCacheOptions>>();
        Assert.Equal(("own:1", "common:1"), (options.Get("catalog").Configuration, options.CurrentValue.Configuration));
    }

    [Theory]
    [InlineData("")]
    [InlineData("catalog")]
    public void ConnectionStringName_InCode_OverridesAConnectionInTheConfiguration(string cache)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:own"] = "own:1",
            ["RedisTagCache:Configuration"] = "common:1",
            ["RedisTagCache:Caches:catalog:Configuration"] = "section:1",
        });
        builder.Services.AddRedisTagCache().AddRedisTagCache("catalog");
        builder.Services.Configure<RedisTagCacheOptions>(cache, static options => options.ConnectionStringName = "own");
        using var host = builder.Build();
        Assert.Equal("own:1", host.Services.GetRequiredService<IOptionsMonitor<RedisTagCacheOptions>>().Get(cache).Configuration);
    }

    [Fact]
    public void Configuration_InCode_ComesBeforeANameInCode()
    {
        using var services = Provider(
            static services => services.AddRedisTagCache(static options => (options.Configuration, options.ConnectionStringName) = ("code:1", "own")), ("Configuration", "common:1"));
        Assert.Equal("code:1", services.GetRequiredService<IOptions<RedisTagCacheOptions>>().Value.Configuration);
    }

    [Fact]
    public async Task ConfigureConnection_BeforeAConnection_GetsACopyOfTheOptions()
    {
        const string Given = "127.0.0.1:1,connectTimeout=100,connectRetry=0,password=old";
        var configured = new TaskCompletionSource<ConfigurationOptions>(TaskCreationOptions.RunContinuationsAsynchronously);
        var parsed = ConfigurationOptions.Parse(Given);
        using var services = Provider(services => services.AddRedisTagCache("catalog", options =>
        {
            options.ConfigurationOptions = parsed;
            options.ConfigureConnection = connection =>
            {
                connection.Password = "token";
                configured.TrySetResult(connection);
                return Task.CompletedTask;
            };
        }));
        using var found = await services.GetRequiredKeyedService<ITagCacheStore>("catalog").GetAsync(new CacheEntryKey(CacheRegion.Hybrid, "k"));
        var connection = await configured.Task;
        Assert.Equal(CacheMissReason.Unavailable, found.MissReason);
        Assert.Equal(("token", "old"), (connection.Password, parsed.Password));
        Assert.Equal(parsed.EndPoints, connection.EndPoints);
    }

    [Fact]
    public async Task Connection_OfANamedCacheWithoutOne_IsTheMultiplexerWithItsKey()
    {
        var (own, common) = (0, 0);
        var collection = new ServiceCollection();
        collection.AddKeyedSingleton<IConnectionMultiplexer>("catalog", (_, _) => throw new InvalidOperationException($"own {Interlocked.Increment(ref own)}"));
        collection.AddSingleton<IConnectionMultiplexer>(_ => throw new InvalidOperationException($"common {Interlocked.Increment(ref common)}"));
        await using var services = collection.AddRedisTagCache("catalog").AddRedisTagCache("other").BuildServiceProvider();
        var key = new CacheEntryKey(CacheRegion.Hybrid, "k");
        using var ofCatalog = await services.GetRequiredKeyedService<ITagCacheStore>("catalog").GetAsync(key);
        Assert.Equal((1, 0), (own, common));
        using var ofOther = await services.GetRequiredKeyedService<ITagCacheStore>("other").GetAsync(key);
        Assert.Equal((1, 1), (own, common));
    }

    [Fact]
    public async Task Start_Always_TellsWhichServicesAreWhichCache()
    {
        using var log = new Lines();
        using var host = TestHost.Create(
            services =>
            {
                services.AddSingleton<ILoggerProvider>(log);
                services.AddDistributedMemoryCache();
                services.AddRedisTagCache().AddRedisTagCache("pages").AddRedisTagOutputCache(cacheName: "pages");
            },
            _connection);
        await host.StartAsync();
        Assert.Contains("HybridCache is the cache 'default', IDistributedCache is MemoryDistributedCache, and output caching uses the cache 'pages'", log.Texts);
        await host.StopAsync();
    }

    [Fact]
    public async Task Disabled_Cache_IsAPassThrough()
    {
        using var log = new Lines();
        using var host = TestHost.Create(
            services =>
            {
                services.AddSingleton<ILoggerProvider>(log);
                services.AddRedisTagCache(static options => options.ConnectionMultiplexerFactory = static () => throw new InvalidOperationException("A connection was opened."));
            },
            ("Enabled", "false"));
        await host.StartAsync();
        var (hybrid, distributed, store) = (host.Services.GetRequiredService<HybridCache>(), host.Services.GetRequiredService<IDistributedCache>(), host.Services.GetRequiredService<ITagCacheStore>());

        var runs = 0;
        for (var i = 0; i < 3; i++)
            Assert.Equal(i + 1, await hybrid.GetOrCreateAsync("k", _ => ValueTask.FromResult(++runs), tags: ["t"]));
        await hybrid.SetAsync("k", 9);
        Assert.Equal(4, await hybrid.GetOrCreateAsync("k", _ => ValueTask.FromResult(++runs)));
        await hybrid.RemoveAsync("k");
        await hybrid.RemoveByTagAsync("t");

        await distributed.SetAsync("k", [1]);
        distributed.Set("k", [1]);
        Assert.Null(await distributed.GetAsync("k"));
        Assert.Null(distributed.Get("k"));
        distributed.Refresh("k");
        distributed.Remove("k");

        var key = new CacheEntryKey(CacheRegion.Hybrid, "k");
        using var found = await store.GetAsync(key);
        Assert.Equal(CacheLookupState.Miss, found.State);
        Assert.Equal(CacheWriteOutcome.Skipped, await store.SetAsync(key, new ReadOnlySequence<byte>([1]), found.Version, new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(1) }));
        await store.RemoveAsync(key);
        await store.EvictByTagAsync(["t", "u"]);
        await store.ExpireByTagAsync("t");
        await Assert.ThrowsAsync<ArgumentException>(() => store.EvictByTagAsync("").AsTask());

        var status = await host.Services.GetRequiredService<ITagCacheStatistics>().CheckAsync();
        Assert.Equal((false, false, false), (status.IsEnabled, status.IsAnswering, status.HasConnected));
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(() => host.Services.GetRequiredService<ITagCacheInspector>().DescribeAsync());
        Assert.Single(log.Texts, static message => message.StartsWith("Evictions have no effect, because the cache 'default' is disabled", StringComparison.Ordinal));
        Assert.Single(log.Texts, static message => message.StartsWith("The cache 'default' is disabled by its option Enabled", StringComparison.Ordinal));
        Assert.False(host.Services.GetRequiredService<RedisConnection>().HasConnected);
        await host.StopAsync();
    }

    private static ServiceProvider Provider(Action<IServiceCollection> add, params (string Name, string? Value)[] settings)
    {
        var services = new ServiceCollection();
        var section = (settings.Length > 0 ? settings : _connection).Select(static s => KeyValuePair.Create("RedisTagCache:" + s.Name, s.Value));
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(section).Build());
        add(services);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    private static async Task<string> RefusedAsync(Action<IServiceCollection> add, params (string Name, string? Value)[] settings)
    {
        using var host = TestHost.Create(add, [.. _connection, .. settings]);
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        return e.Message;
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Texts { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Texts.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }

    private sealed class OtherCache : IDistributedCache
    {
        public byte[]? Get(string key) => null;

        public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => Task.FromResult<byte[]?>(null);

        public void Refresh(string key)
        {
        }

        public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

        public void Remove(string key)
        {
        }

        public Task RemoveAsync(string key, CancellationToken token = default) => Task.CompletedTask;

        public void Set(string key, byte[] value, DistributedCacheEntryOptions options)
        {
        }

        public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) => Task.CompletedTask;
    }
}
