using Microsoft.AspNetCore.Mvc;
using Newsroom;
using Newsroom.Api;
using Newsroom.Caching;
using Newsroom.Data;
using RedisTagCache.Samples;

var builder = WebApplication.CreateBuilder(args);

// With no Redis named the sample brings its own, so that it runs on a machine with nothing but the SDK.
var redis = builder.Configuration.GetConnectionString("Redis");
using var embedded = redis is null ? EmbeddedRedis.Start() : null;
redis ??= embedded!.ConnectionString;

builder.Services.AddRedisTagCache(o => o.Configuration = redis);

// No page depends on the host name, so instances on several ports share their pages as they would behind one address.
builder.Services.AddRedisTagOutputCache(
    o => o.AddBasePolicy(policy => policy.SetVaryByHost(false), excludeDefaultPolicy: true),
    pages =>
    {
        pages.AddCacheStatusHeader = true;

        // Authentication runs in every application with controllers. No page here depends on what it finds, so a refresh needs nothing from the visitor's request.
        pages.PrepareRefresh = static (_, _, _) => default;
    });

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

// What the cache does, and what lies in it. In Development it is open; elsewhere it refuses everybody until a policy says who may come in.
app.MapRedisTagCache("/_cache", o => o.ShowPayloads = app.Environment.IsDevelopment());

app.Logger.CacheServer(redis, isEmbedded: embedded is not null);
app.Run();
