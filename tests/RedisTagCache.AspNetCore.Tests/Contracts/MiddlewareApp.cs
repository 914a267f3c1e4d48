using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RedisTagCache.AspNetCore.Tests.Contracts;

/// <summary>An application with the framework's output caching, of which everything that reaches the store is recorded.</summary>
internal sealed class MiddlewareApp : IAsyncDisposable
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public MiddlewareRecord Record { get; } = new();

    public IOutputCacheStore Store => _app.Services.GetRequiredService<IOutputCacheStore>();

    public static async Task<MiddlewareApp> StartAsync(bool takesBuffers, string? failing)
    {
        var app = new MiddlewareApp();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddOutputCache(options =>
        {
            options.AddBasePolicy(app.Record);
            options.MaximumBodySize = 1_000;
        });
        var inMemory = builder.Services.Single(static service => service.ServiceType == typeof(IOutputCacheStore)).ImplementationFactory!;
        builder.Services.AddSingleton<IOutputCacheStore>(services => takesBuffers
            ? new RecordingBufferStore((IOutputCacheStore)inMemory(services), app.Record, failing)
            : new RecordingStore((IOutputCacheStore)inMemory(services), app.Record, failing));
        app._app = builder.Build();
        app._app.UseOutputCache();
        app.Map(app._app);
        await app._app.StartAsync();
        app._client = app._app.GetTestClient();
        return app;
    }

    /// <summary>Sends a request, and records it with what it leads to.</summary>
    public async Task SendAsync(string method, string address, string? header = null, string? value = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        if (header is not null)
            request.Headers.TryAddWithoutValidation(header, value);
        Record.Add($"> {method} {address}{(header is null ? "" : $" with {header}: {value}")}");
        try
        {
            using var response = await _client.SendAsync(request);
            await response.Content.ReadAsByteArrayAsync(); // to its end, and thereby to the end of the middleware
            Record.Add(string.Create(CultureInfo.InvariantCulture, $"< {(int)response.StatusCode}{(response.Headers.Age is null ? "" : " with an age")}"));
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            Record.Add($"< {e.GetType().Name}");
        }
    }

    public async Task EvictAsync(string tag)
    {
        try
        {
            await Store.EvictByTagAsync(tag, default);
        }
        catch (IOException)
        {
            Record.Add("the caller gets the exception");
        }
    }

    /// <summary>Lets the pages end that wait for it.</summary>
    public void OpenGate() => _gate.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        OpenGate();
        _client.Dispose();
        await _app.DisposeAsync();
    }

    private void Map(WebApplication app)
    {
        app.MapGet("/plain", (HttpContext context) => RenderAsync(context));
        app.MapMethods("/default", ["GET", "HEAD", "POST"], (HttpContext context) => RenderAsync(context)).CacheOutput();
        app.MapGet("/tagged", (HttpContext context) => RenderAsync(context)).CacheOutput(static policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag("b", "a").Tag("a"));
        app.MapGet("/added", (HttpContext context) =>
        {
            context.Features.Get<IOutputCacheFeature>()!.Context.Tags.Add("late");
            return RenderAsync(context);
        }).CacheOutput(static policy => policy.Tag("early"));
        app.MapGet("/varied/{id}", (HttpContext context) => RenderAsync(context)).CacheOutput(static policy => policy.SetVaryByRouteValue("id").SetVaryByQuery("q").SetVaryByHeader("X-Kind").VaryByValue("tenant", "one"));
        app.MapGet("/cookie", (HttpContext context) => RenderAsync(context, static response => response.Cookies.Append("visitor", "1"))).CacheOutput();
        app.MapGet("/missing", (HttpContext context) => RenderAsync(context, static response => response.StatusCode = StatusCodes.Status404NotFound)).CacheOutput();
        app.MapGet("/large", (HttpContext context) => RenderAsync(context, body: new string('x', 2_000))).CacheOutput();
        app.MapGet("/etag", (HttpContext context) => RenderAsync(context, static response => response.Headers.ETag = "\"1\"")).CacheOutput();
        app.MapGet("/throws", (HttpContext context) => RenderAsync(context, static _ => throw new InvalidOperationException("The page has failed."))).CacheOutput();
        app.MapGet("/locked", GatedAsync).CacheOutput();
        app.MapGet("/unlocked", GatedAsync).CacheOutput(static policy => policy.SetLocking(enabled: false));
    }

    private async Task GatedAsync(HttpContext context)
    {
        Record.Add("page renders");
        await _gate.Task;
        await context.Response.WriteAsync("page");
    }

    private Task RenderAsync(HttpContext context, Action<HttpResponse>? change = null, string body = "page")
    {
        Record.Add("page renders");
        change?.Invoke(context.Response);
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(body);
    }
}
