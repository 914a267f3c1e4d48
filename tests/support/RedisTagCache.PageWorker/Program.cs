using System.Globalization;
using Microsoft.AspNetCore.OutputCaching;
using RedisTagCache;
using RedisTagCache.PageWorker;
using StackExchange.Redis;

// Arguments: a connection string, the duration of leases, and "microsoft" for the store of that name in place of ours. It says its address when it has started, and ends when its input ends.
var builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.ClearProviders();
var isOurs = args.Length == 2;
if (isOurs)
{
    builder.Services.AddRedisTagCache(options =>
    {
        options.Configuration = args[0];
        options.LeaseDuration = TimeSpan.Parse(args[1], CultureInfo.InvariantCulture);
        options.BuildNamespace = "test";
    });
    builder.Services.AddRedisTagOutputCache(configurePages: static options =>
    {
        options.StaleWindow = TimeSpan.FromMinutes(5);
        options.AddCacheStatusHeader = true;
    });
}
else
{
    builder.Services.AddOutputCache().AddStackExchangeRedisOutputCache(options => options.Configuration = args[0]);
}

builder.Services.AddSingleton(await ConnectionMultiplexer.ConnectAsync(args[0]));
builder.Services.AddSingleton<Renderer>();

await using var app = builder.Build();
var renderer = app.Services.GetRequiredService<Renderer>();
if (isOurs)
    app.UseRedisTagOutputCache();
else
    app.UseOutputCache();
app.MapGet("/brief/{id}", Renderer.BriefAsync).CacheOutput(static policy => policy.Expire(TimeSpan.FromMinutes(5)));
app.MapGet("/large/{mebibytes:int}", renderer.RenderLargeAsync).CacheOutput(static policy => policy.Expire(TimeSpan.FromMinutes(5)));
app.MapMethods("/cached/{kind}/{id}", Renderer.Methods, renderer.RenderAsync).CacheOutput(static policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag("page:{id}"));
app.MapMethods("/cached/nostore/{id}", Renderer.Methods, (string id, HttpContext context) => renderer.RenderAsync("nostore", id, context))
    .WithMetadata(new OutputCacheAttribute { NoStore = true });
app.MapMethods("/plain/{kind}/{id}", Renderer.Methods, renderer.RenderAsync);
app.MapPost("/expire/{id}", static (string id, ITagCacheStore store) => store.ExpireByTagAsync($"page:{id}").AsTask());
await app.StartAsync();
Console.WriteLine(app.Urls.First());
await Console.In.ReadToEndAsync();
