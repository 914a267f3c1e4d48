using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using RedisTagCache.AspNetCore;
using RedisTagCache.Hosting;

namespace RedisTagCache.Tests.Hosting;

/// <summary>The health checks, metrics, and traces of a host builder's caches, and the switches that turn them off.</summary>
public sealed class HostedTelemetryTests
{
    /// <summary>Where a switch is set, and whether it is then off.</summary>
    public static TheoryData<string?, string?, bool?, bool> Switches => new()
    {
        { null, null, null, false },
        { "true", null, null, true },
        { "false", null, null, false },
        { null, "true", null, true },
        { "true", "false", null, false },
        { null, null, true, true },
        { "true", "true", false, false },
    };

    [Theory]
    [MemberData(nameof(Switches))]
    public void HealthCheck_OfANamedCache_IsRegisteredUnlessDisabled(string? common, string? own, bool? code, bool isDisabled)
    {
        using var host = Host(nameof(RedisTagCacheSettings.DisableHealthChecks), common, own, settings => settings.DisableHealthChecks = code ?? settings.DisableHealthChecks);
        Assert.Equal(isDisabled ? [] : ["redistagcache_catalog"], ChecksOf(host).Select(check => check.Name));
    }

    [Theory]
    [MemberData(nameof(Switches))]
    public async Task Metrics_OfANamedCache_AreExportedUnlessDisabled(string? common, string? own, bool? code, bool isDisabled)
    {
        using var metrics = new Metrics();
        using var reader = new BaseExportingMetricReader(metrics);
        using var host = Host(
            nameof(RedisTagCacheSettings.DisableMetrics), common, own, settings => settings.DisableMetrics = code ?? settings.DisableMetrics,
            services => services.AddOpenTelemetry().WithMetrics(provider => provider.AddReader(reader)));
        await UseAsync(host);
        Assert.True(host.Services.GetRequiredService<MeterProvider>().ForceFlush());
        Assert.Equal(!isDisabled, metrics.Names.Contains(RedisTagCacheDiagnostics.LookupsInstrument));
        Assert.Equal(isDisabled, metrics.Names.IsEmpty);
    }

    [Theory]
    [MemberData(nameof(Switches))]
    public async Task Traces_OfANamedCache_AreExportedUnlessDisabled(string? common, string? own, bool? code, bool isDisabled)
    {
        using var traces = new Traces();
        using var host = Host(
            nameof(RedisTagCacheSettings.DisableTracing), common, own, settings => settings.DisableTracing = code ?? settings.DisableTracing,
            services => services.AddOpenTelemetry().WithTracing(provider => provider.AddProcessor(traces)));
        await UseAsync(host);
        Assert.Equal(!isDisabled, traces.Caches.Contains("catalog"));
        Assert.Equal(isDisabled, traces.Caches.IsEmpty);
    }

    [Fact]
    public void OpenTelemetry_OfACacheWithoutMetricsAndTraces_IsNotAdded()
    {
        var builder = HostedCacheTests.Builder(("RedisTagCache:DisableMetrics", "true"), ("RedisTagCache:DisableTracing", "true"));
        builder.AddRedisTagCache("cache");
        Assert.DoesNotContain(builder.Services, service => service.ServiceType == typeof(MeterProvider) || service.ServiceType == typeof(TracerProvider));
    }

    [Fact]
    public void Telemetry_OfSeveralCaches_IsRegisteredOnce()
    {
        var one = HostedCacheTests.Builder();
        one.AddRedisTagCache("cache");
        var several = HostedCacheTests.Builder();
        several.AddKeyedRedisTagCache("catalog");
        several.AddRedisTagCache("cache");
        several.AddKeyedRedisTagCache("sessions");
        several.AddRedisTagCache("cache");
        Assert.NotEqual(0, OfOpenTelemetry(one));
        Assert.Equal(OfOpenTelemetry(one), OfOpenTelemetry(several));

        static int OfOpenTelemetry(HostApplicationBuilder builder) =>
            builder.Services.Count(service => service.ServiceType.Namespace!.StartsWith("OpenTelemetry", StringComparison.Ordinal));
    }

    /// <summary>The meter and the source are common to all caches.</summary>
    [Fact]
    public void Metrics_OfOneCacheThatDisablesThem_AreThoseOfTheOthers()
    {
        var builder = HostedCacheTests.Builder();
        builder.AddKeyedRedisTagCache("catalog", settings => settings.DisableMetrics = true);
        Assert.DoesNotContain(builder.Services, service => service.ServiceType == typeof(MeterProvider));
        builder.AddRedisTagCache("cache");
        Assert.Contains(builder.Services, service => service.ServiceType == typeof(MeterProvider));
    }

    [Fact]
    public void HealthChecks_OfSeveralCaches_AreOneEach()
    {
        var builder = HostedCacheTests.Builder();
        builder.AddRedisTagCache("cache");
        builder.AddKeyedRedisTagCache("catalog");
        builder.AddRedisTagCache("cache");
        builder.AddKeyedRedisTagCache("catalog");
        using var host = builder.Build();
        var checks = ChecksOf(host);
        Assert.Equal(["redistagcache", "redistagcache_catalog"], checks.Select(check => check.Name).Order(StringComparer.Ordinal));
        Assert.All(checks, check => Assert.Equal((HealthStatus.Unhealthy, "cache redis"), (check.FailureStatus, string.Join(' ', check.Tags.Order(StringComparer.Ordinal)))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void HealthCheck_ThatTheApplicationHasAdded_IsKept(bool isFirst)
    {
        var builder = HostedCacheTests.Builder();
        if (isFirst)
            builder.Services.AddHealthChecks().AddRedisTagCache(failureStatus: HealthStatus.Degraded);
        builder.AddRedisTagCache("cache");
        if (!isFirst)
            builder.Services.AddHealthChecks().AddRedisTagCache(failureStatus: HealthStatus.Degraded);
        using var host = builder.Build();
        Assert.Equal(HealthStatus.Degraded, Assert.Single(ChecksOf(host)).FailureStatus);
    }

    [Fact]
    public async Task HealthCheck_WithoutRedis_Responds()
    {
        using var host = Host("", null, null, static _ => { });
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal((HealthStatus.Unhealthy, "There has been no connection to Redis yet. Lookups miss and writes are skipped."), (report.Status, report.Entries["redistagcache_catalog"].Description));
    }

    [Fact]
    public void Names_OfPages_AreThoseOfTheirPackage() =>
        Assert.Equal((RedisTagOutputCacheDiagnostics.MeterName, RedisTagOutputCacheDiagnostics.ActivitySourceName), (HostedTelemetry.Pages, HostedTelemetry.Pages));

    /// <summary>A host with one cache, whose connections fail.</summary>
    private static IHost Host(string name, string? common, string? own, Action<RedisTagCacheSettings> configure, Action<IServiceCollection>? services = null)
    {
        var builder = HostedCacheTests.Builder(("RedisTagCache:" + name, common), ("RedisTagCache:Caches:catalog:" + name, own));
        services?.Invoke(builder.Services);
        builder.AddKeyedRedisTagCache("catalog", configure, static options => options.ConnectionMultiplexerFactory = static () => throw new InvalidOperationException("There is no server."));
        return builder.Build();
    }

    private static async Task UseAsync(IHost host)
    {
        await host.StartAsync();
        Assert.Equal("v", await host.Services.GetRequiredKeyedService<ITagCache>("catalog").GetOrCreateAsync("k", static (_, _) => ValueTask.FromResult("v")));
    }

    private static ICollection<HealthCheckRegistration> ChecksOf(IHost host) => host.Services.GetService<IOptions<HealthCheckServiceOptions>>()?.Value.Registrations ?? [];

    private sealed class Metrics : BaseExporter<Metric>
    {
        public ConcurrentBag<string> Names { get; } = [];

        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (var metric in batch)
                Names.Add(metric.Name);
            return ExportResult.Success;
        }
    }

    private sealed class Traces : BaseProcessor<Activity>
    {
        public ConcurrentBag<string> Caches { get; } = [];

        public override void OnEnd(Activity data) => Caches.Add((string)data.GetTagItem(RedisTagCacheDiagnostics.CacheNameDimension)!);
    }
}
