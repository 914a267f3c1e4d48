using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using RedisTagCache.Management;

namespace RedisTagCache.AotSmoke;

/// <summary>A worker with a host: configuration, a named cache, and every API of the core.</summary>
internal static class Worker
{
    private static readonly HybridCacheEntryOptions _fromRedis = new() { Flags = HybridCacheEntryFlags.DisableLocalCache };

    public static async Task CheckAsync(string redis, Checks checks)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:cache"] = redis,
            ["ConnectionStrings:catalog"] = redis,
            ["RedisTagCache:KeyPrefix"] = "smoke",
            ["RedisTagCache:OperationTimeout"] = "00:00:30", // whatever else the machine does
            ["RedisTagCache:Profiles:brief:Lifetime"] = "00:00:20",
            ["RedisTagCache:Profiles:brief:Flags"] = "DisableLocalCache",
        });
        builder.AddRedisTagCache("cache");
        builder.AddKeyedRedisTagCache("catalog");
        AddJson(builder.Services);
        using var host = builder.Build();
        await host.StartAsync();

        await CheckHybridAsync(host.Services.GetRequiredService<HybridCache>(), checks);
        await CheckHybridAsync(host.Services.GetRequiredKeyedService<HybridCache>("catalog"), checks);
        await CheckTypedAsync(host.Services.GetRequiredService<ITagCache>(), checks);
        await CheckStoreAsync(host.Services.GetRequiredService<ITagCacheStore>(), checks);
        await CheckDistributedAsync(host.Services.GetRequiredService<IDistributedCache>(), checks);
        await CheckServicesAsync(host.Services, checks);
        await host.StopAsync();
    }

    /// <summary>Reads a value as the first thing that the program does. Returns where it came from.</summary>
    public static async Task<string> LookAsync(string redis)
    {
        var services = new ServiceCollection();
        services.AddRedisTagCache(options => (options.Configuration, options.KeyPrefix, options.BuildNamespace, options.OperationTimeout) = (redis, "smoke.start", "start", TimeSpan.FromSeconds(30)));
        AddJson(services);
        await using var provider = services.BuildServiceProvider();
        var from = "cache";
        await provider.GetRequiredService<ITagCache>().GetOrCreateAsync(
            "point",
            (_, _) =>
            {
                from = "factory";
                return new ValueTask<Point>(new Point(1, "kept"));
            },
            new CachePolicy { Lifetime = TimeSpan.FromHours(1), WaitForWrite = true });
        return from;
    }

    private static void AddJson(IServiceCollection services) =>
        services.AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>), new JsonSerializerOptions { TypeInfoResolver = SmokeJson.Default });

    private static async Task CheckHybridAsync(HybridCache hybrid, Checks checks)
    {
        await hybrid.RemoveByTagAsync("*");
        checks.AreEqual(new Point(1, "first"), await hybrid.GetOrCreateAsync("point", static _ => new ValueTask<Point>(new Point(1, "first")), _fromRedis, ["smoke"]));
        checks.AreEqual(new Point(1, "first"), await hybrid.GetOrCreateAsync("point", static _ => new ValueTask<Point>(new Point(2, "never")), _fromRedis, ["smoke"]));
        await hybrid.RemoveByTagAsync("smoke");
        checks.AreEqual(new Point(3, "second"), await hybrid.GetOrCreateAsync("point", static _ => new ValueTask<Point>(new Point(3, "second")), _fromRedis, ["smoke"]));
        await hybrid.SetAsync("number", 7, _fromRedis);
        checks.AreEqual(7, await hybrid.GetOrCreateAsync("number", static _ => new ValueTask<int>(8), _fromRedis));
        await hybrid.SetAsync("text", "words", _fromRedis);
        checks.AreEqual("words", await hybrid.GetOrCreateAsync("text", static _ => new ValueTask<string>("none"), _fromRedis));
        var isRejected = false;
        try
        {
            await hybrid.SetAsync("unknown", new Unknown("nobody"));
        }
        catch (NotSupportedException)
        {
            isRejected = true;
        }

        checks.IsTrue(isRejected);
    }

    private static async Task CheckTypedAsync(ITagCache cache, Checks checks)
    {
        var made = await cache.GetOrCreateAsync("shared", static (_, _) => new ValueTask<Shared>(new Shared("one")), tags: ["smoke"]);
        checks.IsTrue(ReferenceEquals(made, await cache.GetOrCreateAsync("shared", static (_, _) => new ValueTask<Shared>(new Shared("other")))));
        checks.AreEqual("one", (await cache.TryGetAsync<Shared>("shared")).Value?.Name);
        var state = await cache.GetOrCreateAsync("state", 4, static (number, context, _) => new ValueTask<Point>(new Point(number, context.Key)));
        checks.AreEqual(new Point(4, "state"), state);
        var again = await cache.GetOrCreateAsync("state", static (_, _) => new ValueTask<Point>(new Point(0, "never")));
        checks.IsTrue(state == again && !ReferenceEquals(state, again));
        await cache.EvictByTagAsync("smoke");
        checks.AreEqual("new", (await cache.GetOrCreateAsync("shared", static (_, _) => new ValueTask<Shared>(new Shared("new")))).Name);
        await cache.RemoveAsync("shared");
        checks.IsTrue(!(await cache.TryGetAsync<Shared>("shared")).HasValue);
    }

    private static async Task CheckStoreAsync(ITagCacheStore store, Checks checks)
    {
        var key = new CacheEntryKey(CacheRegion.Output, "bytes");
        using (var missed = await store.GetAsync(key))
        {
            checks.AreEqual(CacheLookupState.Miss, missed.State);
            var options = new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(1), Tags = new[] { "smoke" } };
            checks.AreEqual(CacheWriteOutcome.Stored, await store.SetAsync(key, new ReadOnlySequence<byte>([1, 2, 3]), missed.Version, options));
        }

        using (var found = await store.GetAsync(key))
            checks.AreEqual(3, found.HasValue ? found.Payload.Length : 0);
        await store.EvictByTagAsync("smoke");
        using var evicted = await store.GetAsync(key);
        checks.AreEqual(CacheLookupState.Miss, evicted.State);
    }

    private static async Task CheckDistributedAsync(IDistributedCache distributed, Checks checks)
    {
        await distributed.SetAsync("bytes", [1, 2, 3], new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(1) });
        checks.AreEqual(3, (await distributed.GetAsync("bytes"))?.Length);
        await distributed.RefreshAsync("bytes");
        var buffer = new ArrayBufferWriter<byte>();
        checks.IsTrue(await ((IBufferDistributedCache)distributed).TryGetAsync("bytes", buffer));
        checks.AreEqual(3, buffer.WrittenCount);
        await distributed.RemoveAsync("bytes");
        checks.IsTrue(await distributed.GetAsync("bytes") is null);
    }

    private static async Task CheckServicesAsync(IServiceProvider services, Checks checks)
    {
        var options = services.GetRequiredService<IOptions<RedisTagCacheOptions>>().Value;
        checks.AreEqual(TimeSpan.FromSeconds(30), options.OperationTimeout);
        checks.AreEqual(TimeSpan.FromSeconds(20), options.Profiles["brief"].Lifetime);
        checks.AreEqual(HybridCacheEntryFlags.DisableLocalCache, options.Profiles["brief"].Flags);
        checks.IsTrue(options.BuildNamespace?.Trim('0') is { Length: > 0 });
        var health = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        checks.AreEqual("redistagcache Healthy, redistagcache_catalog Healthy", string.Join(", ", health.Entries.Select(static entry => $"{entry.Key} {entry.Value.Status}")));
        checks.AreEqual(1, (await services.GetRequiredService<ITagCacheInspector>().DescribeAsync()).Servers.Count);
        checks.IsTrue((await services.GetRequiredService<ITagCacheStatistics>().CheckAsync()).IsAnswering);
    }
}
