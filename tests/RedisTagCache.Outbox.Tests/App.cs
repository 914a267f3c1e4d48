using System.Buffers;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Testing;
using RedisTagCache.Outbox.Tests.Databases;
using RedisTagCache.Outbox.Tests.EntityFramework;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Outbox.Tests;

/// <summary>One instance of an application with an outbox. Its background service runs only if a test starts it, so that what is evicted before was evicted right after the commit.</summary>
public sealed class App : IAsyncDisposable
{
    private static readonly CacheRegion _region = new("tests", isTagged: true, isIsolatedByBuild: false);

    private readonly IHost _host;
    private bool _isStarted;

    private App(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public ITagCacheStore Store => Services.GetRequiredService<ITagCacheStore>();

    public ITagCacheOutbox Outbox => Services.GetRequiredService<ITagCacheOutbox>();

    public FakeLogCollector Log => Services.GetFakeLogCollector();

    /// <summary>Creates an application for plain SQL. The table is created by the script.</summary>
    public static async Task<App> ForSqlAsync(TestDatabase database, string redis, string prefix, Action<RedisTagCacheOutboxOptions>? outbox = null, Action<RedisTagCacheOptions>? cache = null, bool createTable = true)
    {
        if (createTable)
            await database.RunAsync(OutboxScript.CreateTable(database.Kind));
        return Create(redis, prefix, cache, services => services.AddRedisTagCacheOutbox(options =>
        {
            options.DataSource = database.DataSource;
            outbox?.Invoke(options);
        }));
    }

    /// <summary>Creates an application with Entity Framework.</summary>
    public static async Task<App> ForContextAsync(
        TestDatabase database, string redis, string prefix, Action<RedisTagCacheOutboxOptions>? outbox = null, Action<DbContextOptionsBuilder>? context = null, Action<RedisTagCacheOptions>? cache = null,
        bool isPooled = false, bool createDatabase = true, Action<DbContextOptionsBuilder>? afterOutbox = null)
    {
        var app = Create(redis, prefix, cache, services =>
        {
            if (isPooled)
                services.AddPooledDbContextFactory<LibraryContext>(Configure, poolSize: 1);
            else
                services.AddDbContextFactory<LibraryContext>(Configure);
            services.AddRedisTagCacheOutbox<LibraryContext>(outbox);
        });
        if (!createDatabase)
            return app;
        await using var db = app.Context();
        await db.Database.EnsureCreatedAsync();
        return app;

        void Configure(DbContextOptionsBuilder options)
        {
            database.Use(options);
            context?.Invoke(options);
            options.UseRedisTagCache();
            afterOutbox?.Invoke(options);
        }
    }

    public static App Create(string redis, string prefix, Action<RedisTagCacheOptions>? cache, Action<IServiceCollection> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddFakeLogging();
        builder.Services.AddRedisTagCache(options =>
        {
            options.Configuration = redis;
            options.KeyPrefix = prefix;
            options.BuildNamespace = "test";
            SharedServers.Apply(options, redis);
            cache?.Invoke(options);
        });
        configure(builder.Services);
        return new App(builder.Build());
    }

    public LibraryContext Context() => Services.GetRequiredService<IDbContextFactory<LibraryContext>>().CreateDbContext();

    /// <summary>Starts the background service.</summary>
    public async Task StartAsync()
    {
        await _host.StartAsync();
        _isStarted = true;
    }

    /// <summary>Stores an entry for each tag.</summary>
    public async Task CacheAsync(params string[] tags)
    {
        foreach (var tag in tags)
        {
            // A write is rejected while the dispatcher evicts the tag.
            var options = new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(10), StaleWindow = TimeSpan.FromMinutes(10), Tags = new[] { tag } };
            await Eventually.BecomesTrueAsync(
                async () => await Store.SetAsync(Key(tag), new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(tag)), CacheVersion.AtWrite, options) == CacheWriteOutcome.Stored, $"'{tag}' is stored");
        }
    }

    public async Task<CacheLookupState> StateAsync(string tag)
    {
        using var lookup = await Store.GetAsync(Key(tag));
        return lookup.State;
    }

    public static CacheEntryKey Key(string tag) => new(_region, tag);

    public async Task AssertEvictedAsync(params string[] tags)
    {
        foreach (var tag in tags)
            Assert.True(await StateAsync(tag) == CacheLookupState.Miss, $"{tag} must be evicted.");
    }

    public async Task AssertCachedAsync(params string[] tags)
    {
        foreach (var tag in tags)
            Assert.True(await StateAsync(tag) == CacheLookupState.Fresh, $"{tag} must not be evicted.");
    }

    public Task BecomesEvictedAsync(string tag, TimeSpan? within = null) =>
        Eventually.BecomesTrueAsync(async () => await StateAsync(tag) == CacheLookupState.Miss, $"{tag} is evicted", within);

    public async ValueTask DisposeAsync()
    {
        if (_isStarted)
            await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }
}
