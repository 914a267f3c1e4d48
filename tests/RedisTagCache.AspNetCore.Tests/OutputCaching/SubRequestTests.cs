using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.Tests.Fleet;
using RedisTagCache.AspNetCore.Tests.Pages;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.OutputCaching;

/// <summary>A batch endpoint runs other endpoints in parallel, on copies of its own features: each page that they look up is as if it were asked for alone.</summary>
public sealed class SubRequestTests(RedisFixture redis) : PageSuite(redis)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Batch_APageIsEvictedWhileItIsRendered_ItIsNotKept(bool isOurs)
    {
        var held = new HeldPage();
        using var ending = held.EndWithTest();
        await using var app = await StartAsync(held, isOurs);
        var hold = held.HoldNext();
        var batch = app.GetAsync("/batch?held/1&page/2&late/3");
        await hold.Entered;
        await held.ChangeAsync(() => app.Pages.EvictByTagAsync("held", default).AsTask());
        Assert.Equal("open", await app.GetAsync("/open")); // now the third one is looked up
        await Eventually.BecomesTrueAsync(() => Renderings("late") == 1, "the third one is rendered");
        hold.Release();
        Assert.Equal("0,page,late", await batch.WaitAsync(_patience));
        Assert.Equal("1", await app.GetAsync("/held/1").WaitAsync(_patience));
        Assert.Equal("page", await app.GetAsync("/page/2"));
        Assert.Equal("late", await app.GetAsync("/late/3"));
        Assert.Equal((1, 1), (Renderings("page"), Renderings("late")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Batch_OfPagesThatAreNotStored_KeepsNobodyWaiting(bool isOurs)
    {
        await using var app = await StartAsync(new HeldPage(), isOurs);
        Assert.Equal("3 missing", await app.GetAsync("/batch?missing/1&missing/2&missing/3").WaitAsync(_patience));
        for (var i = 1; i <= 3; i++)
        {
            using var response = await app.Client.GetAsync(new Uri($"/missing/{i}", UriKind.Relative)).WaitAsync(_patience);
            Assert.Equal(404, (int)response.StatusCode);
        }
    }

    private Task<PageApp> StartAsync(HeldPage held, bool isOurs)
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return PageApp.StartAsync(
            Redis.ConnectionString,
            app =>
            {
                app.MapGet("/held/{id}", () => held.RenderAsync()).CacheOutput(policy => policy.Expire(Lifetime).Tag("held"));
                app.MapGet("/page/{id}", () => Named("page")).CacheOutput(policy => policy.Expire(Lifetime));
                app.MapGet("/late/{id}", () => Named("late")).CacheOutput(policy => policy.Expire(Lifetime));
                app.MapGet("/missing/{id}", () => Results.NotFound()).CacheOutput();
                app.MapGet("/open", () =>
                {
                    open.TrySetResult();
                    return "open";
                });
            },
            options => options.KeyPrefix = KeyPrefix,
            pages: options => options.RenderTimeout = TimeSpan.FromMinutes(5),
            pipeline: app =>
            {
                app.UseRouting();
                app.Use(next => context => context.Request.Path == "/batch" ? RunAsync(context, next, open.Task) : next(context));
                if (isOurs)
                    app.UseRedisTagOutputCache();
                else
                    app.UseOutputCache();
            });
    }

    private string Named(string page)
    {
        Render(page);
        return page;
    }

    private static async Task RunAsync(HttpContext batch, RequestDelegate next, Task open)
    {
        var missing = 0;
        var endpoints = batch.RequestServices.GetService(typeof(EndpointDataSource)) as EndpointDataSource;
        var parts = await Task.WhenAll(batch.Request.QueryString.Value![1..].Split('&').Select(async path =>
        {
            if (path.StartsWith("late", StringComparison.Ordinal))
                await open;
            var features = new FeatureCollection(batch.Features);
            using var body = new MemoryStream();
            var request = batch.Request;
            features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = "GET", Scheme = request.Scheme, Protocol = request.Protocol, Path = "/" + path, Headers = new HeaderDictionary { ["Host"] = request.Host.Value } });
            features.Set<IHttpResponseFeature>(new HttpResponseFeature());
            features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
            features.Set<IRouteValuesFeature>(new RouteValuesFeature { RouteValues = new RouteValueDictionary { ["id"] = path.Split('/')[1] } });
            features.Set<IEndpointFeature>(new Chosen { Endpoint = endpoints!.Endpoints.OfType<RouteEndpoint>().First(e => e.RoutePattern.RawText == $"/{path.Split('/')[0]}/{{id}}") });
            var context = new DefaultHttpContext(features);
            await next(context);
            Interlocked.Add(ref missing, context.Response.StatusCode == 404 ? 1 : 0);
            await context.Response.BodyWriter.FlushAsync();
            return System.Text.Encoding.UTF8.GetString(body.ToArray());
        }));
        await batch.Response.WriteAsync(missing > 0 ? $"{missing} missing" : string.Join(',', parts));
    }

    private sealed class Chosen : IEndpointFeature
    {
        public Endpoint? Endpoint { get; set; }
    }
}
