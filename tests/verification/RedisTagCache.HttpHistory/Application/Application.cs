using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisTagCache.AspNetCore;
using RedisTagCache.HttpHistory.Checking;
using RedisTagCache.HttpHistory.Faults;

namespace RedisTagCache.HttpHistory.Application;

/// <summary>One instance of a generated application, on Kestrel, with services, a connection and a clock of its own.</summary>
internal sealed class Application : IAsyncDisposable
{
    public static readonly TimeSpan RenderTimeout = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan OperationTimeout = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;
    private readonly HostLog _log;
    private readonly AppPlan _plan;
    private readonly Planted _planted;

    private Application(int index, AppPlan plan, WebApplication app, HostLog log, Planted planted)
    {
        (Index, _plan, _app, _log, _planted) = (index, plan, app, log, planted);
        Port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
    }

    public int Index { get; }

    public int Port { get; }

    public IOutputCacheStore Pages => _app.Services.GetRequiredService<IOutputCacheStore>();

    public ITagCacheStore Store => StoreOf(_app.Services, _plan.HasNamedPageCache);

    /// <summary>The application's other cache. It has the same servers and the same tags.</summary>
    public ITagCacheStore Other => _planted == Planted.CachesMixed ? Store : StoreOf(_app.Services, !_plan.HasNamedPageCache);

    /// <summary>How many evictions of responses were not confirmed.</summary>
    public long UnconfirmedEvictions => _log.UnconfirmedEvictions;

    public static async Task<Application> StartAsync(int index, AppPlan plan, string redis, Content content, Variants variants, Verdicts verdicts, Planted planted)
    {
        if (planted == Planted.TenantLostInRefresh)
            plan = plan with { Refreshes = RefreshState.Prepared };
        var builder = WebApplication.CreateSlimBuilder();
        var log = new HostLog(verdicts);
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddProvider(log);
        builder.Services.AddSingleton<TimeProvider>(new OffsetClock(index * plan.ClockOffset));
        var upstream = new Upstream(plan, content, variants);
        builder.Services.AddSingleton<IStartupFilter>(upstream); // the first one, so that it begins before the cache's own
        builder.Services.AddScoped<TenantContext>();
        builder.Services.AddRedisTagCache(options => Configure(options, plan, "", redis)).AddRedisTagCache(Names.Cache, options => Configure(options, plan, "." + Names.Cache, redis));
        builder.Services.AddRedisTagOutputCache(options => Configure(options, plan, index), pages =>
        {
            pages.AddCacheStatusHeader = true;
            pages.LocalCacheBytes = plan.LocalCacheBytes;
            pages.RenderTimeout = RenderTimeout;
            pages.RefreshTimeout = TimeSpan.FromSeconds(2);
            pages.RetryDelay = pages.UncacheableDuration = TimeSpan.FromSeconds(1);
            if (planted == Planted.TenantLostInRefresh)
                pages.PrepareRefresh = static (_, _, _) => default; // says that a refresh lacks nothing
            else if (plan.Refreshes == RefreshState.Prepared)
                pages.PrepareRefresh = Upstream.PrepareRefresh;
        }, plan.HasNamedPageCache ? Names.Cache : null);
        Wrapping.AddServices(builder.Services, plan, planted);

        var app = builder.Build();
        var renderer = new Renderer(plan, content, variants);
        app.UsePathBase(Names.PathBase);
        app.UseRouting();
        app.Use(upstream.PrepareAsync);
        Wrapping.UseBefore(app, planted);
        app.UseRedisTagOutputCache();
        Wrapping.UseAfter(app, planted);
        foreach (var page in plan.Pages)
            Map(app, page, renderer, planted);
        await app.StartAsync();

        // Until it has looked something up, an instance knows of no eviction: known limitation 4.
        (await StoreOf(app.Services, plan.HasNamedPageCache).GetAsync(new CacheEntryKey(CacheRegion.Output, "first"))).Dispose();
        return new Application(index, plan, app, log, planted);
    }

    /// <summary>Returns one of the two caches of an application: that with a name, or that without.</summary>
    public static ITagCacheStore StoreOf(IServiceProvider services, bool isNamed) =>
        services.GetRequiredKeyedService<ITagCacheStore>(isNamed ? Names.Cache : null);

    public async ValueTask DisposeAsync()
    {
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(end.Token);
        await _app.DisposeAsync();
    }

    private static void Configure(RedisTagCacheOptions options, AppPlan plan, string ending, string redis)
    {
        options.Configuration = redis;
        options.BuildNamespace = "history";
        options.KeyPrefix = string.Create(CultureInfo.InvariantCulture, $"h{plan.Seed}{ending}");
        options.OperationTimeout = OperationTimeout;
    }

    private static void Configure(OutputCacheOptions options, AppPlan plan, int index)
    {
        // The middleware has its clock in its options, for its own tests alone.
        var clock = typeof(OutputCacheOptions).GetProperty("TimeProvider", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
            ?? throw new InvalidOperationException("ASP.NET Core's output cache has no clock that could be set.");
        clock.SetValue(options, new OffsetClock(index * plan.ClockOffset));
        options.SizeLimit = long.MaxValue;
        if (!plan.VariesByHost)
            options.AddBasePolicy(static policy => policy.SetVaryByHost(false), excludeDefaultPolicy: true);
        if (plan.BaseForbidsLocalCopies)
            options.AddBasePolicy(static policy => policy.AllowLocalCache(false), excludeDefaultPolicy: true);
        if (plan.BaseVariesByFlavor)
            options.AddBasePolicy(static policy => policy.SetVaryByHeader(Names.Flavor), excludeDefaultPolicy: true);
    }

    private static void Map(WebApplication app, PagePlan page, Renderer renderer, Planted planted)
    {
        RequestDelegate render = context => renderer.RenderAsync(context, page);
        IEndpointConventionBuilder endpoint = page.Shape switch
        {
            PageShape.Post => app.MapPost(page.Pattern, render),
            PageShape.Fallback => app.MapFallback(page.Pattern, render),
            _ => app.MapMethods(page.Pattern, ["GET", "HEAD"], render),
        };
        endpoint.WithMetadata(page).CacheOutput(policy => Describe(policy, page, planted));
        if (page.StaleWindow > TimeSpan.Zero && page.HasWindowAttribute)
            endpoint.WithMetadata(new StaleWhileRevalidateAttribute((int)page.StaleWindow.TotalSeconds));
        app.MapPost(Names.Evict + page.Pattern, static () => Results.NoContent()).EvictOutputCache(page.Template);
        app.MapPost(Names.Expire + page.Pattern, static () => Results.NoContent()).ExpireOutputCache(page.Template);
    }

    private static void Describe(OutputCachePolicyBuilder policy, PagePlan page, Planted planted)
    {
        if (page.Shape == PageShape.Post)
            policy.AddPolicy<PostPolicy>();
        if (page.HasUsers)
            policy.AddPolicy<UserPolicy>();
        policy.Expire(page.Lifetime);
        Wrapping.AddTags(policy, page, planted);
        if (page.VariesByQuery)
            policy.SetVaryByQuery("q").Tag(page.QueryTemplate);
        else
            policy.SetVaryByQuery(Array.Empty<string>());
        if (page.VariesByFlavor)
            policy.SetVaryByHeader(Names.Flavor);
        if (page.HasTenants)
            policy.VaryByValue(static context => new("tenant", context.Request.Headers[Names.Tenant].ToString()));
        if (page.StaleWindow > TimeSpan.Zero && !page.HasWindowAttribute)
            policy.StaleWhileRevalidate(page.StaleWindow);
        if (page.ForbidsLocalCopies)
            policy.AllowLocalCache(false);
        if (page.ForbidsLocking)
            policy.SetLocking(false);
    }
}
