using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hosting;

/// <summary>A worker, without ASP.NET Core, whose caches come from connection strings by name.</summary>
public sealed class HostedServerTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task Caches_OfAWorker_WorkAndAreHealthy()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(
        [
            new("ConnectionStrings:cache", redis.ConnectionString), new("ConnectionStrings:catalog", redis.ConnectionString), new("RedisTagCache:KeyPrefix", "t" + Guid.NewGuid().ToString("N")),
        ]);
        builder.AddRedisTagCache("cache");
        builder.AddKeyedRedisTagCache("catalog");
        using var host = builder.Build();
        await host.StartAsync();

        var cache = host.Services.GetRequiredService<HybridCache>();
        var catalog = host.Services.GetRequiredKeyedService<HybridCache>("catalog");
        await cache.SetAsync("k", "common", tags: ["t"]);
        await catalog.SetAsync("k", "catalog", tags: ["t"]);
        await cache.RemoveByTagAsync("t");
        Assert.Equal("made", await cache.GetOrCreateAsync("k", static _ => ValueTask.FromResult("made")));
        Assert.Equal("catalog", await catalog.GetOrCreateAsync("k", static _ => ValueTask.FromResult("made")));

        var checks = host.Services.GetRequiredService<HealthCheckService>();
        await Eventually.BecomesTrueAsync(async () => (await checks.CheckHealthAsync()).Status == HealthStatus.Healthy, "both caches are healthy");
        Assert.Equal(["redistagcache", "redistagcache_catalog"], (await checks.CheckHealthAsync()).Entries.Keys.Order(StringComparer.Ordinal));
        await host.StopAsync();
    }
}
