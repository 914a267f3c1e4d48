using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Mvc;
using Newsroom;
using Newsroom.Api;
using Newsroom.Caching;
using Newsroom.Data;
using RedisTagCache.Samples;

var builder = WebApplication.CreateBuilder(args);

// If no Redis is specified, the sample starts its own, so that it needs only the SDK.
var redis = builder.Configuration.GetConnectionString("Redis");
using var embedded = redis is null ? EmbeddedRedis.Start() : null;
redis ??= embedded!.ConnectionString;

builder.Services.AddRedisTagCache(o => o.Configuration = redis);

// No page depends on the host name, so instances on several ports share their pages.
builder.Services.AddRedisTagOutputCache(
    o => o.AddBasePolicy(policy => policy.SetVaryByHost(false), excludeDefaultPolicy: true),
    pages =>
    {
        pages.AddCacheStatusHeader = true;

        // Authentication runs in every application with controllers. No page here depends on it, so a refresh needs no state from the visitor's request.
        pages.PrepareRefresh = static (_, _, _) => default;
    });

// Pages that are shared across hosts must not be asked for under a host that somebody made up. Add the host names under which you run the sample.
builder.Services.Configure<HostFilteringOptions>(o => o.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);

builder.AddTelemetry();
builder.Services.AddHealthChecks().AddRedisTagCache();

builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<InstanceName>();
builder.Services.AddNewsroomDb(builder.Configuration, builder.Environment);
builder.Services.AddSingleton<TrendingNames>();
builder.Services.AddControllersWithViews(o => o.Filters.Add<AutoValidateAntiforgeryTokenAttribute>());

var app = builder.Build();
app.Services.CreateNewsroomDb();

app.UseStaticFiles();
app.UseRedisTagOutputCache();
app.UseRenderStamp();

app.MapControllers();
app.MapArticleApi();
app.MapTrendingApi();
app.MapGet("/healthz", () => "ok");
app.MapHealthChecks("/readyz");

// The operations page is open in Development. In other environments, it rejects all requests until an authorization policy is set.
app.MapRedisTagCache("/_cache", o => o.ShowPayloads = app.Environment.IsDevelopment());

app.Logger.CacheServer(redis, isEmbedded: embedded is not null);
app.Run();
