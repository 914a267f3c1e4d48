using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RedisTagCache.AspNetCore.Tests.Diagnostics;
using RedisTagCache.Connection;
using RedisTagCache.Management;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Caches;

/// <summary>
/// An application with three caches, two of them on one server, and the pages in the third, beside sessions in memory and Microsoft's own <see cref="HybridCache"/>.
/// </summary>
public sealed class NamedCachePagesTests : IAsyncLifetime
{
    private RedisServer _one = null!;
    private RedisServer _two = null!;
    private PageApp _app = null!;
    private int _computed;

    public async ValueTask InitializeAsync()
    {
        _one = await RedisServer.StartAsync();
        _two = await RedisServer.StartAsync();
        _app = await PageApp.StartAsync(connectionString: null, Map, services: Add, pipeline: static app => app.UseSession().UseRedisTagOutputCache(), environment: "Development");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _two.DisposeAsync();
        await _one.DisposeAsync();
    }

    [Fact]
    public async Task Evictions_OfOneCache_NeverReachAnother()
    {
        string[] paths = ["/catalog/k", "/prices/k", "/page/k", "/own/k"];
        foreach (var path in paths)
            Assert.Equal(await _app.GetAsync(path), await _app.GetAsync(path)); // cached

        foreach (var cache in new[] { "catalog", "prices", "pages" })
        {
            var before = await Task.WhenAll(paths.Select(_app.GetAsync));
            Assert.Equal("done", await _app.GetAsync($"/evict/{cache}"));
            var after = await Task.WhenAll(paths.Select(_app.GetAsync));
            var evicted = paths.Where((_, i) => before[i] != after[i]);
            Assert.Equal(cache == "pages" ? "/page/k" : $"/{cache}/k", Assert.Single(evicted));
        }
    }

    [Fact]
    public async Task Entries_OfEachCache_HaveItsPrefixOnItsServer()
    {
        foreach (var path in new[] { "/catalog/k", "/prices/k", "/page/k" })
            await _app.GetAsync(path);
        Assert.Equal(["rtc.catalog", "rtc.prices"], await PrefixesAsync(_one));
        Assert.Equal(["rtc.pages"], await PrefixesAsync(_two));
    }

    [Fact]
    public async Task Measurements_OfEachCache_HaveItsName()
    {
        using var telemetry = new Telemetry(_app.Services);
        foreach (var path in new[] { "/catalog/k", "/prices/k", "/page/k" })
            await _app.GetAsync(path);
        Assert.Equal(["catalog", "pages", "prices"], NamesOf("redistagcache.lookups"));
        Assert.Equal(["catalog", "prices"], NamesOf("redistagcache.factory.calls"));
        Assert.Equal(["pages"], NamesOf("redistagcache.pages"));

        string[] NamesOf(string instrument) => [.. telemetry.Values
            .Where(of => of.Instrument == instrument && of.Dimension == RedisTagCacheDiagnostics.CacheNameDimension).Select(of => of.Value).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task Connections_OfCachesWithTheSameSettings_AreOne()
    {
        foreach (var path in new[] { "/catalog/k", "/prices/k", "/page/k" })
            await _app.GetAsync(path);
        var (catalog, prices, pages) = (await ConnectionAsync("catalog"), await ConnectionAsync("prices"), await ConnectionAsync("pages"));
        Assert.Same(catalog, prices);
        Assert.NotSame(catalog, pages);

        async Task<object> ConnectionAsync(string name) => (await _app.Services.GetRequiredKeyedService<RedisConnection>(name).GetDatabaseAsync()).Multiplexer;
    }

    [Fact]
    public async Task Statistics_OfEachCache_AreItsOwn()
    {
        // The first value may still be on its way to Redis when the next request comes.
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await _app.GetAsync("/catalog/k");
                return Of("catalog").Regions.Sum(static region => region.Hits + region.LocalHits) >= 2;
            },
            "hits are counted");
        Assert.Equal(0, Of("prices").Regions.Sum(static region => region.Hits + region.LocalHits + region.Misses));

        RedisTagCacheSnapshot Of(string name) => _app.Services.GetRequiredKeyedService<ITagCacheStatistics>(name).GetSnapshot();
    }

    [Fact]
    public async Task Sessions_StayWhereTheApplicationHasThem()
    {
        using var handler = new SocketsHttpHandler { CookieContainer = new CookieContainer() };
        using var client = new HttpClient(handler) { BaseAddress = _app.Client.BaseAddress };
        Assert.Equal(["1", "2"], new[] { await client.GetStringAsync("/session"), await client.GetStringAsync("/session") });
        Assert.DoesNotContain(await PrefixesAsync(_one), static prefix => prefix.Length > 0);
        Assert.DoesNotContain(await PrefixesAsync(_two), static prefix => prefix.Length > 0);
    }

    [Fact]
    public async Task HealthChecks_OfEachCache_FollowItsServer()
    {
        foreach (var path in new[] { "/catalog/k", "/page/k" })
            await _app.GetAsync(path);
        _two.Kill();
        var health = _app.Services.GetRequiredService<HealthCheckService>();
        await Eventually.BecomesTrueAsync(
            async () => (await health.CheckHealthAsync()).Entries is var entries && entries["pages"].Status == HealthStatus.Degraded && entries["catalog"].Status == HealthStatus.Healthy,
            "one is degraded, and the other is healthy");
        Assert.Equal(await _app.GetAsync("/catalog/k"), await _app.GetAsync("/catalog/k"));
        await _two.RestartAsync();
    }

    [Fact]
    public async Task OperationsPage_OfAnApplicationWithSeveralCaches_LetsChoose()
    {
        await _app.GetAsync("/prices/k");
        var page = await _app.GetAsync("/_cache?cache=prices");
        Assert.Contains("<option>catalog</option><option>pages</option><option selected>prices</option>", page, StringComparison.Ordinal);
        Assert.Equal("rtc.prices", await PrefixAsync("?cache=prices"));
        Assert.Equal("rtc.catalog", await PrefixAsync(""));
        using var unknown = await AskAsync("/_cache/servers?cache=other");
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);

        async Task<string?> PrefixAsync(string query)
        {
            using var response = await AskAsync("/_cache/servers" + query);
            response.EnsureSuccessStatusCode();
            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            return json.RootElement.GetProperty("keyPrefix").GetString();
        }
    }

    private async Task<HttpResponseMessage> AskAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-RedisTagCache", "1");
        return await _app.Client.SendAsync(request);
    }

    private void Add(IServiceCollection services)
    {
        services.AddDistributedMemoryCache();
        services.AddHybridCache();
        services.AddSession();
        services.AddRedisTagCache("catalog", options => Configure(options, _one));
        services.AddRedisTagCache("prices", options => Configure(options, _one));
        services.AddRedisTagCache("pages", options => Configure(options, _two));
        services.AddRedisTagOutputCache(cacheName: "pages");
        services.AddHealthChecks().AddRedisTagCache("catalog", cacheName: "catalog").AddRedisTagCache("pages", cacheName: "pages");

        static void Configure(RedisTagCacheOptions options, RedisServer server) =>
            (options.Configuration, options.BuildNamespace, options.OperationTimeout) = (server.ConnectionString, "test", SharedServers.OperationTimeout);
    }

    private void Map(WebApplication app)
    {
        MapValue("/catalog/{key}", "catalog");
        MapValue("/prices/{key}", "prices");
        app.MapGet("/own/{key}", (HybridCache cache, string key) => cache.GetOrCreateAsync(key, Compute, tags: ["t"]).AsTask());
        app.MapGet("/page/{key}", (HttpContext _) => Next()).CacheOutput(static policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag("t"));
        app.MapGet("/evict/{name}", async (string name, IServiceProvider services) =>
        {
            await (name == "pages" ? services.GetRequiredService<IOutputCacheStore>().EvictByTagAsync("t", default) : services.GetRequiredKeyedService<ITagCacheStore>(name).EvictByTagAsync("t"));
            return "done";
        });
        app.MapGet("/session", static (HttpContext context) =>
        {
            var count = (context.Session.GetInt32("count") ?? 0) + 1;
            context.Session.SetInt32("count", count);
            return count.ToString(CultureInfo.InvariantCulture);
        });
        app.MapRedisTagCache();

        void MapValue(string pattern, string name) => app.MapGet(
            pattern, (string key, IServiceProvider services) => services.GetRequiredKeyedService<HybridCache>(name).GetOrCreateAsync(key, Compute, tags: ["t"]).AsTask());
    }

    private ValueTask<string> Compute(CancellationToken cancellationToken) => ValueTask.FromResult(Next());

    private string Next() => Interlocked.Increment(ref _computed).ToString(CultureInfo.InvariantCulture);

    private static async Task<string[]> PrefixesAsync(RedisServer server)
    {
        using var connection = await server.ConnectAsync();
        return [.. connection.GetServers()[0].Keys().Select(static key => ((string)key!).TrimStart('{').Split(':', '}')[0]).Distinct().Order(StringComparer.Ordinal)];
    }
}
