using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Eviction;

/// <summary>Two instances of an application whose pages have addresses with many spellings. The cases of a class share them: each evicts what it looks at.</summary>
public abstract class SpelledPages : IAsyncLifetime
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private int _version;

    internal PageApp A { get; private set; } = null!;

    internal PageApp B { get; private set; } = null!;

    private enum Kind
    {
        Published,
        Draft,
    }

    public async ValueTask InitializeAsync()
    {
        var connectionString = await ServeAsync();
        (A, B) = (await StartAsync(connectionString), await StartAsync(connectionString));
    }

    public async ValueTask DisposeAsync()
    {
        await A.DisposeAsync();
        await B.DisposeAsync();
        await EndAsync();
    }

    protected abstract ValueTask<string> ServeAsync();

    protected abstract ValueTask EndAsync();

    private Task<PageApp> StartAsync(string connectionString) => PageApp.StartAsync(
        connectionString,
        Map,
        options => options.KeyPrefix = _prefix,
        services => services.AddSingleton<Func<string>>(Next).AddControllers().AddApplicationPart(typeof(EvictOutputCacheTests).Assembly),
        pipeline: static app =>
        {
            app.UseRouting();
            app.Use((context, next) =>
            {
                if (context.Request.Path.StartsWithSegments("/tenant", StringComparison.Ordinal))
                    context.Request.RouteValues["tenant"] = context.Request.Headers["Tenant"].ToString() is { Length: > 0 } tenant ? tenant : "pages";
                return next(context);
            });
            app.UseRedisTagOutputCache();
        });

    private string Next() => Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture);

    private void Map(WebApplication app)
    {
        Map(app, "/p/{slug}", "p:{slug}");
        Map(app, "/posts/{id:int}", "post:{id}");
        Map(app, "/guids/{id:guid}", "guid:{id}");
        Map(app, "/flags/{flag:bool}", "flag:{flag}");
        Map(app, "/prices/{price:decimal}", "price:{price}");
        Map(app, "/days/{day:datetime}", "day:{day}");
        Map(app, "/docs/{**path}", "doc:{path}");
        Map(app, "/paged/{page:int=1}", "paged:{page}");
        Map(app, "/query", "query:{id}");
        Map(app, "/tenant", "tenant:{tenant}");
        Map(app, "/two/{id}/{slug}", "two:{id}:{slug}");
        app.MapGet("/kinds/{kind}", (Kind kind) => $"{kind} {Next()}").CacheOutput(policy => policy.Tag("kind:{kind}"));
        app.MapPost("/kinds/{kind}", (Kind kind) => $"{kind}").EvictOutputCache("kind:{kind}");
        app.MapGet("/list", (int page = 1) => $"{page} {Next()}").CacheOutput(policy => policy.Tag("list:{page}"));
        app.MapPost("/list", (int page = 1) => $"{page}").EvictOutputCache("list:{page}");
        app.MapGet("/unvaried", Next).CacheOutput(policy => policy.SetVaryByQuery("y").Tag("unvaried:{id}"));
        app.MapPost("/unvaried", (HttpContext _) => "done").EvictOutputCache("unvaried:{id}");
        app.MapGet("/braces/{id:int}", Next).CacheOutput(policy => policy.Tag("brace:{", "post:{id}", "{brace", "}{"));
        app.MapControllers();
    }

    private void Map(WebApplication app, string pattern, string tag)
    {
        app.MapGet(pattern, Next).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag(tag));
        app.MapPost(pattern, (HttpContext _) => "done").EvictOutputCache(tag);
    }
}

public sealed class SpelledPages<TServer> : SpelledPages
    where TServer : IServed, IAsyncLifetime, new()
{
    private readonly TServer _server = new();

    protected override async ValueTask<string> ServeAsync()
    {
        await _server.InitializeAsync();
        return _server.ConnectionString;
    }

    protected override ValueTask EndAsync() => _server.DisposeAsync();
}
