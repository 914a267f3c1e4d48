using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.Tests.Pages;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.OutputCaching;

/// <summary>A batch endpoint behind the output cache runs other endpoints on contexts of their own, with nothing of its own request in them.</summary>
public sealed class FreshSubRequestTests(RedisFixture redis) : PageSuite(redis)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);
    private readonly TaskCompletionSource _mayGoOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Batch_OnFreshContexts_StoresEachPageAsIfItWereRequestedAlone(bool isOurs, bool isCached)
    {
        await using var app = await StartAsync(isOurs);
        var batch = isCached ? "/cached-batch" : "/batch";
        var parts = (await app.GetAsync($"{batch}?1&2&3").WaitAsync(_patience)).Split(',');
        for (var id = 1; id <= 3; id++)
            Assert.Equal(parts[id - 1], await app.GetAsync($"/posts/{id}").WaitAsync(_patience));

        await app.Pages.EvictByTagAsync("post:{id}", default); // none is stored under a template
        await app.Pages.EvictByTagAsync("@path:" + batch, default);
        Assert.Equal(parts[2], await app.GetAsync("/posts/3"));
        await app.Pages.EvictByTagAsync("post:1", default);
        await app.Pages.EvictByTagAsync("@path:/posts/2", default);
        Assert.NotEqual(parts[0], await app.GetAsync("/posts/1"));
        Assert.NotEqual(parts[1], await app.GetAsync("/posts/2"));
        Assert.Equal(parts[2], await app.GetAsync("/posts/3"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Batch_OfPagesThatAreNotStored_KeepsNobodyWaiting(bool isOurs)
    {
        await using var app = await StartAsync(isOurs);
        Assert.Equal("missing,missing", await app.GetAsync("/batch?0&-1").WaitAsync(_patience));
        using var response = await app.Client.GetAsync(new Uri("/posts/0", UriKind.Relative)).WaitAsync(_patience);
        Assert.Equal(404, (int)response.StatusCode);
    }

    /// <summary>Where nothing shows of which request it is a part, its tags have no values.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_OutsideOfTheFlowOfARequest_StoresNothing(bool isOurs)
    {
        await using var app = await StartAsync(isOurs);
        Assert.Equal("1: 1", await app.GetAsync("/detached-batch?1").WaitAsync(_patience));
        Assert.Equal("1: 2", await app.GetAsync("/detached-batch?1").WaitAsync(_patience));
        Assert.Equal("1: 3", await app.GetAsync("/posts/1").WaitAsync(_patience));
        Assert.Equal("1: 3", await app.GetAsync("/posts/1").WaitAsync(_patience));
    }

    /// <summary>What goes on in the flow of a request that has ended is not a part of it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_AfterItsRequestHasEnded_StoresNothing(bool isOurs)
    {
        await using var app = await StartAsync(isOurs);
        Assert.Equal("started", await app.GetAsync("/later-batch"));
        _mayGoOn.SetResult();
        Assert.Equal("1: 1", await _first.Task.WaitAsync(_patience));
        Assert.Equal("1: 2", await app.GetAsync("/posts/1").WaitAsync(_patience));
    }

    private Task<PageApp> StartAsync(bool isOurs)
    {
        RequestDelegate? cached = null;
        return PageApp.StartAsync(
            Redis.ConnectionString,
            app =>
            {
                app.MapGet("/posts/{id:int}", PostAsync).CacheOutput(static policy => policy.Expire(Lifetime).Tag("post:{id}"));
                app.MapGet("/batch", context => RunAsync(context, cached!));
                app.MapGet("/detached-batch", context =>
                {
                    using (ExecutionContext.SuppressFlow())
                        return Task.Run(() => RunAsync(context, cached!));
                });
                app.MapGet("/later-batch", context =>
                {
                    var host = context.Request.Host.Value!;
                    context.Response.OnCompleted(() =>
                    {
                        _ = GoOnAsync(app.Services, host, cached!);
                        return Task.CompletedTask;
                    });
                    return context.Response.WriteAsync("started");
                });
                app.MapGet("/cached-batch", context => RunAsync(context, cached!)).CacheOutput(static policy => policy.Expire(Lifetime));
            },
            options => options.KeyPrefix = KeyPrefix,
            pages: static options => options.RenderTimeout = TimeSpan.FromMinutes(5),
            pipeline: app =>
            {
                app.UseRouting();
                app.Use(next =>
                {
                    cached = next;
                    return next;
                });
                if (isOurs)
                    app.UseRedisTagOutputCache();
                else
                    app.UseOutputCache();
            });
    }

    private async Task PostAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        if (id is "0" or "-1")
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        await context.Response.WriteAsync(id is "0" or "-1" ? "missing" : $"{id}: {Render("post")}");
    }

    private async Task GoOnAsync(IServiceProvider services, string host, RequestDelegate cached)
    {
        await _mayGoOn.Task;
        _first.SetResult(await RenderAsync(services, host, "1", cached));
    }

    private static async Task RunAsync(HttpContext batch, RequestDelegate cached)
    {
        var parts = batch.Request.QueryString.Value![1..].Split('&').Select(id => RenderAsync(batch.RequestServices, batch.Request.Host.Value!, id, cached));
        await batch.Response.WriteAsync(string.Join(',', await Task.WhenAll(parts)));
    }

    private static async Task<string> RenderAsync(IServiceProvider services, string host, string id, RequestDelegate cached)
    {
        var endpoint = services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Single(static e => e.RoutePattern.RawText == "/posts/{id:int}");
        using var body = new MemoryStream();
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = "GET", Scheme = "http", Path = "/posts/" + id, Headers = new HeaderDictionary { ["Host"] = host } });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        var context = new DefaultHttpContext(features) { RequestServices = services };
        context.Request.RouteValues["id"] = id;
        context.SetEndpoint(endpoint);
        await cached(context);
        await context.Response.BodyWriter.FlushAsync();
        return Encoding.UTF8.GetString(body.ToArray());
    }
}
