using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RedisTagCache.AspNetCore.Tests.Operations;

/// <summary>An application with the operations page at <c>/_cache</c> and a cached page at <c>/page</c>.</summary>
internal static class OperationsApp
{
    public const string Header = "X-RedisTagCache";

    public static Task<PageApp> StartAsync(
        string connectionString,
        string prefix,
        Action<RedisTagCacheEndpointOptions>? configure = null,
        string environment = "Development",
        Action<IServiceCollection>? services = null,
        Action<IEndpointConventionBuilder>? conventions = null,
        Action<RedisTagCacheOptions>? cache = null,
        Action<WebApplication>? pipeline = null) => PageApp.StartAsync(
            connectionString,
            app =>
            {
                app.MapGet("/page", () => "a page").CacheOutput(policy => policy.Tag("page"));
                var mapped = app.MapRedisTagCache("/_cache", configure);
                conventions?.Invoke(mapped);
            },
            options =>
            {
                options.KeyPrefix = prefix;
                cache?.Invoke(options);
            },
            services,
            pipeline: pipeline,
            environment: environment);

    public static async Task<HttpResponseMessage> PostAsync(this PageApp app, string path, object body, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_cache" + path) { Content = JsonContent.Create(body) };
        await request.Content.LoadIntoBufferAsync(); // with a length, as a browser sends it
        request.Headers.Add(Header, "1");
        change?.Invoke(request);
        return await app.Client.SendAsync(request);
    }

    public static async Task<JsonElement> AskAsync(this PageApp app, string path, object? body = null)
    {
        using var response = body is null ? await app.Client.GetAsync(new Uri("/_cache" + path, UriKind.Relative)) : await app.PostAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    public static IEnumerable<string> Keys(this JsonElement found) => found.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("key").GetString()!);
}
