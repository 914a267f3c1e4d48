using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RedisTagCache.AspNetCore.Tests.Caches;

/// <summary>Pages of an application whose cache is disabled: all are rendered, evictions succeed, and nobody connects.</summary>
public sealed class DisabledPagesTests
{
    [Fact]
    public async Task Pages_OfADisabledCache_AreRenderedForEachRequest()
    {
        var rendered = 0;
        var connections = 0;
        await using var app = await PageApp.StartAsync(
            "localhost:1",
            app =>
            {
                app.MapGet("/page", () => Interlocked.Increment(ref rendered).ToString(CultureInfo.InvariantCulture)).CacheOutput(static policy => policy.Tag("t").StaleWhileRevalidate(TimeSpan.FromMinutes(1)));
                app.MapPost("/edit", static () => "edited").EvictOutputCache("t");
            },
            options =>
            {
                options.Enabled = false;
                options.ConnectionMultiplexerFactory = () =>
                {
                    Interlocked.Increment(ref connections);
                    throw new InvalidOperationException("A connection was opened.");
                };
            },
            static services => services.AddHealthChecks().AddRedisTagCache(),
            static pages => pages.LocalCacheBytes = 1024 * 1024);

        for (var i = 1; i <= 3; i++)
            Assert.Equal(i.ToString(CultureInfo.InvariantCulture), await app.GetAsync("/page"));
        using var edited = await app.Client.PostAsync(new Uri("/edit", UriKind.Relative), content: null);
        Assert.Equal(HttpStatusCode.OK, edited.StatusCode);
        await app.Services.GetRequiredService<IOutputCacheStore>().EvictByTagAsync("t", default);

        var health = await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal((HealthStatus.Healthy, "The cache is disabled."), (health.Status, health.Entries["redistagcache"].Description));
        Assert.Equal(0, connections);
    }
}
