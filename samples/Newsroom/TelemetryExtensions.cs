using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using RedisTagCache;
using RedisTagCache.AspNetCore;
using RedisTagCache.Outbox;

namespace Newsroom;

/// <summary>Exports the metrics and traces of the cache as configured. Without configuration, nothing is collected or sent.</summary>
internal static class TelemetryExtensions
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        var usesOtlp = !string.IsNullOrEmpty(builder.Configuration[Endpoint]);
        var usesConsole = builder.Configuration.GetValue<bool>("Newsroom:ConsoleTelemetry");
        if (!usesOtlp && !usesConsole)
            return;

        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("newsroom"))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(RedisTagCacheDiagnostics.MeterName, RedisTagOutputCacheDiagnostics.MeterName, RedisTagCacheOutboxDiagnostics.MeterName);
                if (usesOtlp)
                    metrics.AddOtlpExporter();
                if (usesConsole)
                    metrics.AddConsoleExporter();
            })
            .WithTracing(traces =>
            {
                traces.AddAspNetCoreInstrumentation().AddSource(RedisTagCacheDiagnostics.ActivitySourceName, RedisTagOutputCacheDiagnostics.ActivitySourceName);
                if (usesOtlp)
                    traces.AddOtlpExporter();
                if (usesConsole)
                    traces.AddConsoleExporter();
            });
    }
}
