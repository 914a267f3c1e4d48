using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RedisTagCache.Hosting;

/// <summary>The health checks, metrics and traces of an application's caches. Each is registered once, however often a cache is added.</summary>
internal sealed class HostedTelemetry
{
    /// <summary>The meter and the activity source of pages, which are in another package.</summary>
    public const string Pages = "RedisTagCache.AspNetCore";

    /// <summary>The meter of outboxes, which are in another package.</summary>
    public const string Outbox = "RedisTagCache.Outbox";

    private static readonly string[] _tags = ["cache", "redis"];

    private readonly IServiceCollection _services;
    private bool _hasMetrics;
    private bool _hasTracing;

    private HostedTelemetry(IServiceCollection services) => _services = services;

    /// <summary>Gets the telemetry of a service collection.</summary>
    public static HostedTelemetry Of(IServiceCollection services)
    {
        if (services.LastOrDefault(static service => !service.IsKeyedService && service.ServiceType == typeof(HostedTelemetry))?.ImplementationInstance is HostedTelemetry known)
            return known;
        var telemetry = new HostedTelemetry(services);
        services.AddSingleton(telemetry);
        return telemetry;
    }

    /// <summary>Registers what a cache does not disable.</summary>
    /// <param name="cache">The name of the cache. Empty for the unnamed one.</param>
    /// <param name="settings">Its settings.</param>
    public void Add(string cache, RedisTagCacheSettings settings)
    {
        if (!settings.DisableHealthChecks)
            AddHealthCheck(cache);
        if (!settings.DisableMetrics && !_hasMetrics)
        {
            _hasMetrics = true;
            _services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddMeter(RedisTagCacheDiagnostics.MeterName, Pages, Outbox));
        }

        if (!settings.DisableTracing && !_hasTracing)
        {
            _hasTracing = true;
            _services.AddOpenTelemetry().WithTracing(static tracing => tracing.AddSource(RedisTagCacheDiagnostics.ActivitySourceName, Pages));
        }
    }

    /// <summary>A check of the same name that the application has added is kept, because two of one name are an error.</summary>
    private void AddHealthCheck(string cache)
    {
        var name = "redistagcache" + (cache.Length > 0 ? "_" + cache : "");
        _services.AddHealthChecks();
        _services.PostConfigure<HealthCheckServiceOptions>(checks =>
        {
            if (!checks.Registrations.Any(check => check.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
                checks.Registrations.Add(RedisTagCacheHealthChecksBuilderExtensions.Registration(name, failureStatus: null, _tags, timeout: null, cache));
        });
    }
}
