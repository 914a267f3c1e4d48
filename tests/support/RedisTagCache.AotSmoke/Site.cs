using System.Net;
using System.Text;
using Microsoft.AspNetCore.OutputCaching;
using RedisTagCache.AspNetCore;

namespace RedisTagCache.AotSmoke;

/// <summary>A web application: cached pages with tags, evictions after responses, and the operations page.</summary>
internal static class Site
{
    private const string Article = "/articles/1";

    private static int _rendered;

    public static async Task CheckAsync(string redis, Checks checks)
    {
        await using var app = await StartAsync(options => (options.Configuration, options.KeyPrefix, options.OperationTimeout) = (redis, "smoke", TimeSpan.FromSeconds(30)));
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        await app.Services.GetRequiredService<IOutputCacheStore>().EvictByTagAsync("*", default);
        await CheckPagesAsync(client, app.Services, checks);
        await CheckRefreshAsync(client, app.Services.GetRequiredService<ITagCacheStore>(), checks);
        await CheckOperationsAsync(client, checks);
    }

    /// <summary>Serves pages until the input ends.</summary>
    public static async Task ServeAsync(string redis)
    {
        await using var app = await StartAsync(options => (options.Configuration, options.KeyPrefix, options.BuildNamespace, options.OperationTimeout) = (redis, "smoke.start", "start", TimeSpan.FromSeconds(30)));
        Console.WriteLine(app.Urls.First());
        await Console.In.ReadToEndAsync();
    }

    private static async Task<WebApplication> StartAsync(Action<RedisTagCacheOptions> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(static options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, SmokeJson.Default));
        builder.Services.AddRedisTagCache(configure);
        builder.Services.AddRedisTagOutputCache(configurePages: static pages => (pages.AddCacheStatusHeader, pages.StaleWindow) = (true, TimeSpan.FromMinutes(5)));
        var app = builder.Build();
        app.UseRedisTagOutputCache();
        app.MapGet("/articles/{id:int}", static (int id) => Results.Ok(new Point(id, $"rendering {Interlocked.Increment(ref _rendered)}"))).CacheOutput(static policy => policy.Expire(TimeSpan.FromHours(1)).Tag("article:{id}"));
        app.MapPut("/articles/{id:int}", [EvictOutputCache(Tags = ["article:{id}"])] static (int id) => Results.NoContent());
        app.MapGet("/sections/{section}", static (Section section) => $"{section}, rendering {Interlocked.Increment(ref _rendered)}").CacheOutput(static policy => policy.Tag("section:{section}"));
        app.MapPut("/sections/{section}", static (Section section) => Results.NoContent()).EvictOutputCache("section:{section}");
        app.MapRedisTagCache(configure: static options => options.AllowAnonymous = true);
        await app.StartAsync();
        return app;
    }

    private static async Task CheckPagesAsync(HttpClient client, IServiceProvider services, Checks checks)
    {
        var (first, body) = await GetAsync(client, Article);
        checks.AreEqual("miss", first);
        checks.AreEqual(("hit", body), await GetAsync(client, Article));
        using (var put = await client.PutAsync(Article, null))
            checks.AreEqual(HttpStatusCode.NoContent, put.StatusCode);
        checks.AreEqual("miss", (await GetAsync(client, Article)).Status);
        await services.GetRequiredService<IOutputCacheStore>().EvictByPathAsync(Article);
        checks.AreEqual("miss", (await GetAsync(client, Article)).Status);

        // The number and the name of a value are the same tag, which only the type of the parameter tells.
        checks.AreEqual("miss", (await GetAsync(client, "/sections/Sports")).Status);
        checks.AreEqual("hit", (await GetAsync(client, "/sections/Sports")).Status);
        using (var put = await client.PutAsync("/sections/1", null))
            checks.AreEqual(HttpStatusCode.NoContent, put.StatusCode);
        checks.AreEqual("miss", (await GetAsync(client, "/sections/Sports")).Status);
    }

    private static async Task CheckRefreshAsync(HttpClient client, ITagCacheStore store, Checks checks)
    {
        var (_, body) = await GetAsync(client, Article);
        await store.ExpireByTagAsync("article:1");
        checks.AreEqual(("stale", body), await GetAsync(client, Article));
        await checks.BecomesTrueAsync(async () => await GetAsync(client, Article) is ("hit", var refreshed) && refreshed != body, "The stale page is refreshed in the background");
    }

    private static async Task CheckOperationsAsync(HttpClient client, Checks checks)
    {
        checks.IsTrue((await client.GetStringAsync("/_cache")).Contains("<script", StringComparison.Ordinal));
        checks.IsTrue((await client.GetStringAsync("/_cache/stats")).Contains("\"counts\":{", StringComparison.Ordinal));
        checks.IsTrue((await client.GetStringAsync("/_cache/status")).Contains("\"isAnswering\":true", StringComparison.Ordinal));
        checks.IsTrue((await client.GetStringAsync("/_cache/servers")).Contains("\"topology\":\"", StringComparison.Ordinal));
        checks.IsTrue((await PostAsync(client, "/_cache/find", """{"tag":"article:1","status":"served"}""")).Contains("\"region\":\"output\"", StringComparison.Ordinal));
        checks.AreEqual("""{"done":true,"tags":["article:1"]}""", await PostAsync(client, "/_cache/evict", """{"tags":["article:1"]}"""));
        checks.AreEqual("miss", (await GetAsync(client, Article)).Status);
        checks.IsTrue((await PostAsync(client, "/_cache/evict", """{"tags":[]}""")).Contains("\"detail\":\"", StringComparison.Ordinal));
    }

    private static async Task<(string Status, string Body)> GetAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        return (string.Join(',', response.Headers.TryGetValues("X-Cache", out var values) ? values : []), await response.Content.ReadAsStringAsync());
    }

    private static async Task<string> PostAsync(HttpClient client, string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Add("X-RedisTagCache", "1");
        using var response = await client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }
}
