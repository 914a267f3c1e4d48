using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace RedisTagCache.Testing.Tests;

/// <summary>One instance of an application with pages and values, without a port.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _rendered;

    private TestApp(WebApplication app) => _app = app;

    public HttpClient Client => field ??= _app.GetTestClient();

    public IServiceProvider Services => _app.Services;

    public IOutputCacheStore Pages => Services.GetRequiredService<IOutputCacheStore>();

    public ITagCache Values => Services.GetRequiredService<ITagCache>();

    public HybridCache Hybrid => Services.GetRequiredService<HybridCache>();

    public FakeLogCollector Logs => Services.GetRequiredService<FakeLogCollector>();

    /// <summary>Gets how many pages this instance has rendered.</summary>
    public int Rendered => _rendered;

    /// <param name="server">The server of all caches.</param>
    /// <param name="services">Registers further services, after the application's own and before the server is used.</param>
    /// <param name="environment">The name of the environment.</param>
    /// <param name="settings">The configuration.</param>
    public static async Task<TestApp> StartAsync(
        InMemoryRedis server, Action<IServiceCollection>? services = null, string environment = "Development", Dictionary<string, string?>? settings = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddFakeLogging();
        builder.Configuration.AddInMemoryCollection(settings ?? new() { ["RedisTagCache:Configuration"] = "localhost:1,connectTimeout=100" });
        builder.Services.AddRedisTagCache(static options => options.BuildNamespace = "test");
        builder.Services.AddRedisTagOutputCache();
        services?.Invoke(builder.Services);
        builder.Services.UseInMemoryRedis(server);
        var app = builder.Build();
        app.UseRedisTagOutputCache();
        var test = new TestApp(app);
        app.MapGet("/pages/{id}", test.Render).CacheOutput(static policy => policy.Expire(TimeSpan.FromMinutes(10)).Tag("pages", "page:{id}"));
        app.MapGet("/stale/{id}", test.Render).CacheOutput(static policy => policy.Expire(TimeSpan.FromMinutes(10)).StaleWhileRevalidate(TimeSpan.FromMinutes(10)).Tag("page:{id}"));
        await app.StartAsync();
        return test;
    }

    public Task<string> GetAsync(string path) => Client.GetStringAsync(new Uri(path, UriKind.Relative));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private string Render(string id) => $"{id}: {Interlocked.Increment(ref _rendered)}";
}
