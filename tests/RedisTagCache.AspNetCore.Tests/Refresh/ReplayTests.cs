using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Refresh;

/// <summary>What a request carries when it is run once more behind its visitor.</summary>
public sealed class ReplayTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const string Path = "/base/things/7?b=2&a=1&a=0";
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private readonly List<Seen> _seen = [];
    private readonly CultureInfo _culture = new("") { NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = "~" } };

    [Fact]
    public async Task Replay_CarriesWhatThePageDependsOn_AndLeavesTheRestBehind()
    {
        await using var app = await StartAsync();
        var old = await SendAsync(app);
        await app.Store.ExpireByTagAsync("things", TestContext.Current.CancellationToken);
        Assert.Equal(old, await SendAsync(app));
        await Eventually.BecomesTrueAsync(async () => await SendAsync(app) != old, "it is refreshed");

        var (first, again) = (_seen[0], _seen[1]);
        Assert.Equal(first.Depends, again.Depends);
        Assert.Equal("GET http page.example /base /things/7 ?b=2&a=1&a=0 7 1~52~5 user:anna x-own:yes item:set feature:set 127.0.0.1", again.Depends);
        Assert.Contains("If-None-Match", first.Headers);
        Assert.DoesNotContain(again.Headers, header => header is "If-None-Match" or "If-Modified-Since" or "Range" or "Cache-Control" or "Content-Length");
        Assert.NotSame(first.Scoped, again.Scoped);
        Assert.True(first.Scoped.IsDisposed);
        await Eventually.BecomesTrueAsync(() => again.Scoped.IsDisposed, "its services are disposed of");
        Assert.True(again.IsOwnContext);
    }

    /// <summary>While the page is refreshed, the visitor's request goes on with its own context.</summary>
    [Fact]
    public async Task Replay_LeavesTheContextOfItsRequestAlone()
    {
        var isRefreshed = false;
        await using var app = await StartAsync(async (context, next) =>
        {
            await next(context);
            if (_seen.Count == 0 || context.Response.Headers.Age.Count == 0)
                return;
            await Eventually.BecomesTrueAsync(() => _seen.Count == 2, "it is refreshed meanwhile");
            isRefreshed = ReferenceEquals(context, context.RequestServices.GetRequiredService<IHttpContextAccessor>().HttpContext);
        });
        await SendAsync(app);
        await app.Store.ExpireByTagAsync("things", TestContext.Current.CancellationToken);
        await SendAsync(app);
        await Eventually.BecomesTrueAsync(() => Volatile.Read(ref isRefreshed), "the request has its context still");
    }

    private static async Task<string> SendAsync(PageApp app)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.Host = "page.example";
        request.Headers.Add("X-Own", "yes");
        request.Headers.TryAddWithoutValidation("If-None-Match", "\"none\"");
        request.Headers.TryAddWithoutValidation("If-Modified-Since", "Mon, 01 Jan 2001 00:00:00 GMT");
        request.Headers.TryAddWithoutValidation("Cache-Control", "no-cache");
        using var response = await app.Client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync();
    }

    private Task<PageApp> StartAsync(Func<HttpContext, RequestDelegate, Task>? around = null) => PageApp.StartAsync(
        redis.ConnectionString,
        app => app.MapGet("/things/{id:int}", (HttpContext context, Scoped scoped, IHttpContextAccessor accessor) =>
        {
            var request = context.Request;
            var depends = string.Join(' ', request.Method, request.Scheme, request.Host, request.PathBase, request.Path, request.QueryString,
                request.RouteValues["id"], 1.5.ToString(CultureInfo.CurrentCulture) + 2.5.ToString(CultureInfo.CurrentUICulture), "user:" + context.User.Identity?.Name, "x-own:" + request.Headers["X-Own"],
                "item:" + context.Items["item"], "feature:" + context.Features.Get<Feature>()?.Value, context.Connection.RemoteIpAddress?.MapToIPv4());
            lock (_seen)
            {
                _seen.Add(new Seen(depends, [.. request.Headers.Keys], scoped, ReferenceEquals(accessor.HttpContext, context)));
                return _seen.Count.ToString(CultureInfo.InvariantCulture);
            }
        }).CacheOutput(policy => policy.AddPolicy<CacheEverything>().Expire(TimeSpan.FromMinutes(5)).Tag("things"), excludeDefaultPolicy: true),
        options => options.KeyPrefix = _prefix,
        services => services.AddScoped<Scoped>().AddHttpContextAccessor(),
        pages => pages.PrepareRefresh = static (original, refresh, _) =>
        {
            refresh.Features.Set(original.Features.Get<Feature>());
            return default;
        },
        pipeline: app =>
        {
            app.UsePathBase("/base");
            app.UseRouting();
            app.Use((context, next) =>
            {
                (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (_culture, _culture);
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "anna")], "test"));
                context.Items["item"] = "set";
                context.Features.Set(new Feature("set"));
                return around is null ? next(context) : around(context, next);
            });
            app.UseRedisTagOutputCache();
        });

    private sealed record Seen(string Depends, string[] Headers, Scoped Scoped, bool IsOwnContext);

    private sealed record Feature(string Value);

    private sealed class Scoped : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    /// <summary>Authenticated requests too, which the default policy leaves alone.</summary>
    private sealed class CacheEverything : IOutputCachePolicy
    {
        public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
        {
            context.EnableOutputCaching = context.AllowCacheLookup = context.AllowCacheStorage = context.AllowLocking = true;
            return default;
        }

        public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => default;

        public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation) => default;
    }
}
