using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Caching.Hybrid;
using OpenTelemetry;

var builder = WebApplication.CreateBuilder(args);

// The cache, its health check, its metrics, and its traces. The address is ConnectionStrings:cache, which the app host sets.
builder.AddRedisTagCache("cache");
builder.Services.AddRedisTagOutputCache();

// The app host also says where the dashboard collects.
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not null)
    builder.Services.AddOpenTelemetry().UseOtlpExporter();

var app = builder.Build();
app.UseRedisTagOutputCache();
app.MapHealthChecks("/health");

app.MapGet("/products/{id:int}", (int id) => $"Product {id}, rendered {DateTime.UtcNow:O} by process {Environment.ProcessId}")
    .CacheOutput(policy => policy.Expire(TimeSpan.FromHours(1)).Tag("product:{id}"));
app.MapGet("/products/{id:int}/price", (int id, HybridCache values, CancellationToken stop) => values.GetOrCreateAsync(
    $"price:{id}",
    _ => ValueTask.FromResult($"{id * 10}.00, calculated {DateTime.UtcNow:O}"),
    tags: [$"product:{id}"],
    cancellationToken: stop).AsTask());

// Both are made again on every replica, although only one of them gets this request.
app.MapPost("/products/{id:int}", async (int id, IOutputCacheStore pages) => await pages.EvictByTagAsync($"product:{id}", CancellationToken.None));

app.Run();
