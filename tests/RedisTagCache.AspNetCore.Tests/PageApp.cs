using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests;

/// <summary>One instance of a web application, on Kestrel, with a connection of its own. All instances answer under one Host header.</summary>
internal sealed class PageApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PageApp(WebApplication app)
    {
        _app = app;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()),
        };
        Client.DefaultRequestHeaders.Host = "pages.example";
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public IOutputCacheStore Pages => Services.GetRequiredService<IOutputCacheStore>();

    public ITagCacheStore Store => Services.GetRequiredService<ITagCacheStore>();

    /// <param name="connectionString">The Redis to use; null leaves the store out, for comparison.</param>
    /// <param name="map">Maps the pages.</param>
    /// <param name="configure">Sets options of the cache.</param>
    /// <param name="services">Registers further services, before the application is built.</param>
    /// <param name="pages">Sets options of pages.</param>
    /// <param name="pipeline">Puts the output cache into the pipeline, where it is not alone there.</param>
    /// <param name="environment">The name of the environment, where it matters.</param>
    public static async Task<PageApp> StartAsync(
        string? connectionString,
        Action<WebApplication> map,
        Action<RedisTagCacheOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        Action<RedisTagOutputCacheOptions>? pages = null,
        Action<WebApplication>? pipeline = null,
        string? environment = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        if (connectionString is not null)
        {
            builder.Services.AddRedisTagCache(options =>
            {
                options.Configuration = connectionString;
                options.BuildNamespace = "test";
                SharedServers.Apply(options, connectionString);
                configure?.Invoke(options);

                // Tests look at Redis right after a call.
                var policy = options.Profiles.TryGetValue("default", out var given) ? given : new CachePolicy();
                options.Profiles["default"] = policy with { WaitForWrite = policy.WaitForWrite ?? true };
            });
            builder.Services.AddRedisTagOutputCache(configurePages: pages);
        }

        services?.Invoke(builder.Services);
        var app = builder.Build();
        if (pipeline is not null)
            pipeline(app);
        else if (connectionString is not null)
            app.UseRedisTagOutputCache();
        else
            app.UseOutputCache();
        map(app);
        await app.StartAsync();
        return new PageApp(app);
    }

    public Task<string> GetAsync(string path) => Client.GetStringAsync(path);

    /// <summary>Gets a page that is stored. One that an instance renders before it has heard of another's eviction may be rejected.</summary>
    public Task<string> GetStoredAsync(string path) => StoredAsync(() => GetAsync(path));

    /// <inheritdoc cref="GetStoredAsync"/>
    public static async Task<string> StoredAsync(Func<Task<string>> get)
    {
        var last = await get();
        for (var i = 0; i < 20; i++)
        {
            var next = await get();
            if (next == last)
                return next;
            last = next;
        }

        throw new InvalidOperationException("The page was rendered 20 times in a row.");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
