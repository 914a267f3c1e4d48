using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Pages;

/// <summary>ASP.NET Core makes no key of a request with a delimiter of keys in it. Each such request renders its own page, and none is stored.</summary>
public sealed class KeylessRequestTests(RedisFixture redis) : PageSuite(redis)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);
    private readonly ConcurrentDictionary<string, Gate> _gates = new();
    private int _secrets;

    [Theory]
    [InlineData("/a?x=%1F", "/b?x=%1F", true)]
    [InlineData("/a?x=%1F", "/b?x=%1F", false)]
    [InlineData("/a?x=%1E", "/b?x=1&y=2%1f", true)]
    [InlineData("/a/%1F", "/b/%1E", true)]
    [InlineData("/named?x=%1F", "/b?%1F=1", true)]
    [InlineData("/route/%1E", "/a?x=%1F", false)]
    [InlineData("/value?v=%1F", "/value/two?v=%1E", true)]
    [InlineData("/value?v=%1F", "/value/two?v=%1E", false)]
    [InlineData("/bypass?x=%1F", "/bypass/two?x=%1F", true)]
    [InlineData("/bypass?x=%1F", "/bypass/two?x=%1F", false)]
    [InlineData("/attribute?x=%1F", "/a?x=%1F", true)]
    public async Task Get_WhileOthersWithoutAKeyAreRendered_IsRenderedAtOnce_AndNotStored(string first, string second, bool isOurs)
    {
        await using var app = await StartAsync(isOurs);
        var gate = _gates[PathOf(first)] = new Gate();
        using var ending = gate.ReleaseWithTest();
        var held = app.GetAsync(first);
        await gate.Entered.WaitAsync(_patience);
        var others = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => app.GetAsync(second))).WaitAsync(_patience);
        gate.Release();
        Assert.Equal($"{PathOf(first)} 1", await held.WaitAsync(_patience));
        Assert.Equal(Enumerable.Range(1, 3).Select(i => $"{PathOf(second)} {i}"), others.Order(StringComparer.Ordinal));
        Assert.Equal($"{PathOf(first)} 2", await app.GetAsync(first));
        Assert.Equal($"{PathOf(second)} 4", await app.GetAsync(second));
    }

    [Fact]
    public async Task Get_WhileAnotherWithoutAKeyFails_IsRendered()
    {
        await using var app = await StartAsync(isOurs: true);
        var gate = _gates["/throw"] = new Gate();
        var failing = SendAsync(app, HttpMethod.Get, "/throw?x=%1F");
        await gate.Entered.WaitAsync(_patience);
        Assert.Equal("/a 1", await app.GetAsync("/a?x=%1F").WaitAsync(_patience));
        gate.Release();
        Assert.Equal(HttpStatusCode.InternalServerError, (await failing.WaitAsync(_patience)).Status);
    }

    /// <summary>A base policy that is added after the cache's own may cache endpoints that have no policy. The requests wait for each other then, but share no page.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_CachedByALaterBasePolicy_SharesNoPage(bool isOurs)
    {
        var asked = 0;
        var last = new CachingPolicy(context =>
        {
            context.CacheVaryByRules.QueryKeys = "*";
            Interlocked.Increment(ref asked);
        });
        await using var app = await StartAsync(isOurs, services => services.PostConfigure<OutputCacheOptions>(options => options.AddBasePolicy(last)));
        var gate = _gates["/plain/one"] = new Gate();
        using var ending = gate.ReleaseWithTest();
        var held = app.GetAsync("/plain/one?x=%1F");
        await gate.Entered.WaitAsync(_patience);
        var others = Enumerable.Range(0, 3).Select(_ => app.GetAsync("/plain/two?x=%1F")).ToArray();
        await Eventually.BecomesTrueAsync(() => Volatile.Read(ref asked) == 4, "all requests are in the output cache");
        gate.Release();
        Assert.Equal("/plain/one 1", await held.WaitAsync(_patience));
        Assert.Equal(["/plain/two 1", "/plain/two 2", "/plain/two 3"], (await Task.WhenAll(others).WaitAsync(_patience)).Order(StringComparer.Ordinal));
        Assert.Equal("/plain/two 4", await app.GetAsync("/plain/two?x=1"));
        Assert.Equal("/plain/two 4", await app.GetAsync("/plain/two?x=1"));
    }

    /// <summary>What is not in the address can make the key empty too. These requests wait for each other, and share no page.</summary>
    [Theory]
    [InlineData("/secret", "/secret/two")]
    [InlineData("/secret/bypass", "/secret/bypass/two")]
    public async Task Get_WithADelimiterInAValueOfAPolicy_SharesNoPage(string first, string second)
    {
        await using var app = await StartAsync(isOurs: true);
        var gate = _gates[first] = new Gate();
        using var ending = gate.ReleaseWithTest();
        var held = app.GetAsync(first);
        await gate.Entered.WaitAsync(_patience);
        var others = Enumerable.Range(0, 3).Select(_ => app.GetAsync(second)).ToArray();
        await Eventually.BecomesTrueAsync(() => Volatile.Read(ref _secrets) == 4, "all requests are in the output cache");
        gate.Release();
        Assert.Equal($"{first} 1", await held.WaitAsync(_patience));
        Assert.Equal(Enumerable.Range(1, 3).Select(i => $"{second} {i}"), (await Task.WhenAll(others).WaitAsync(_patience)).Order(StringComparer.Ordinal));
    }

    /// <summary>What is not in the key may have any characters.</summary>
    [Theory]
    [InlineData("/named?other=%1F")]
    [InlineData("/a?x=%11")]
    [InlineData("/value?v=1")]
    public async Task Get_WithAKey_IsStored(string path)
    {
        await using var app = await StartAsync(isOurs: true);
        Assert.Equal($"{PathOf(path)} 1", await app.GetAsync(path));
        Assert.Equal($"{PathOf(path)} 1", await app.GetAsync(path));
    }

    /// <summary>The policy of the endpoint may be one that the cache's own cannot see beforehand.</summary>
    private sealed class CachingPolicy(Action<OutputCacheContext> change) : IOutputCachePolicy
    {
        public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
        {
            (context.EnableOutputCaching, context.AllowCacheLookup, context.AllowCacheStorage, context.AllowLocking) = (true, true, true, true);
            change(context);
            return default;
        }

        public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => default;

        public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation) => default;
    }

    private Task<PageApp> StartAsync(bool isOurs, Action<IServiceCollection>? services = null) => PageApp.StartAsync(
        Redis.ConnectionString,
        app =>
        {
            foreach (var path in new[] { "/a", "/b" })
                app.MapGet(path + "/{rest?}", PageAsync).CacheOutput();
            app.MapGet("/route/{id}", PageAsync).CacheOutput(static policy => policy.SetVaryByRouteValue("id"));
            app.MapGet("/named", PageAsync).CacheOutput(static policy => policy.SetVaryByQuery("x"));
            app.MapGet("/throw", async (HttpContext context) =>
            {
                await PassAsync(context);
                throw new InvalidOperationException("thrown");
            }).CacheOutput();
            app.MapGet("/value/{two?}", PageAsync).WithMetadata(new CachingPolicy(static context => context.CacheVaryByRules.VaryByValues["v"] = context.HttpContext.Request.Query["v"].ToString()));
            app.MapGet("/bypass/{two?}", PageAsync).WithMetadata(new CachingPolicy(static context => (context.AllowCacheLookup, context.CacheVaryByRules.QueryKeys) = (false, "*")));
            app.MapGet("/secret/{*rest}", PageAsync).WithMetadata(new CachingPolicy(context =>
            {
                context.AllowCacheLookup = !context.HttpContext.Request.Path.StartsWithSegments("/secret/bypass", StringComparison.Ordinal);
                context.CacheVaryByRules.VaryByValues["v"] = "\x1F";
                Interlocked.Increment(ref _secrets);
            }));
            app.MapGet("/plain/{id}", PageAsync);
            app.MapGet("/attribute", [OutputCache(VaryByQueryKeys = ["x"])] (HttpContext context) => PageAsync(context));
        },
        options => options.KeyPrefix = KeyPrefix,
        services,
        pipeline: app =>
        {
            app.UseRouting();
            if (isOurs)
                app.UseRedisTagOutputCache();
            else
                app.UseOutputCache();
        });

    private async Task PageAsync(HttpContext context)
    {
        await PassAsync(context);
        var path = context.Request.Path.Value!;
        await context.Response.WriteAsync($"{path} {Render(path)}");
    }

    private Task PassAsync(HttpContext context) => _gates.TryGetValue(context.Request.Path.Value!, out var gate) ? gate.PassAsync() : Task.CompletedTask;

    private static string PathOf(string address) => Uri.UnescapeDataString(address.Split('?')[0]);

    private sealed class Gate
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Entered => _entered.Task;

        public void Release() => _released.TrySetResult();

        public CancellationTokenRegistration ReleaseWithTest() => TestContext.Current.CancellationToken.UnsafeRegister(static gate => ((Gate)gate!).Release(), this);

        public Task PassAsync()
        {
            _entered.TrySetResult();
            return _released.Task;
        }
    }
}
