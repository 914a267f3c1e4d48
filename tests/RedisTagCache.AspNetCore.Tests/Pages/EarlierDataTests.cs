using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Pages;

/// <summary>Pages that show what middleware read before the lookup.</summary>
public sealed class EarlierDataTests(RedisFixture redis) : PageSuite(redis)
{
    private const string Tag = "site";
    private string _data = "old";
    private TaskCompletionSource? _hasRead;
    private TaskCompletionSource? _mayGoOn;

    [Fact]
    public async Task Page_DataReadBeforeTheLookupAndEvictedElsewhere_IsNotServedAgain()
    {
        await using var a = await StartAsync(Map, services => services.AddBefore(ReadAsync));
        await using var b = await StartAsync(Map, services => services.AddBefore(ReadAsync));
        await GetAsync(a, "/first"); // the instance is connected
        (_hasRead, _mayGoOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var reading = GetAsync(a, "/page");
        await _hasRead.Task;
        (_hasRead, var goOn, _mayGoOn) = (null, _mayGoOn, null);
        _data = "new";
        await b.Pages.EvictByTagAsync(Tag, TestContext.Current.CancellationToken);
        goOn!.SetResult();
        Assert.Equal("old", await reading); // it began before the eviction
        Assert.Equal("new", await GetAsync(a, "/page"));
        Assert.Equal("new", await GetAsync(b, "/page"));
        Assert.Equal(2, Renderings("/page"));
    }

    [Fact]
    public async Task Page_OtherTagEvictedSinceTheRequestBegan_IsKept()
    {
        await using var a = await StartAsync(Map, services => services.AddBefore(ReadAsync));
        await using var b = await StartAsync(Map, services => services.AddBefore(ReadAsync));
        await GetAsync(a, "/first");
        (_hasRead, _mayGoOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var reading = GetAsync(a, "/page");
        await _hasRead.Task;
        (_hasRead, var goOn, _mayGoOn) = (null, _mayGoOn, null);
        await b.Pages.EvictByTagAsync("other", TestContext.Current.CancellationToken);
        goOn!.SetResult();
        await reading;
        await GetAsync(b, "/page");
        Assert.Equal(1, Renderings("/page"));
    }

    [Fact]
    public async Task Page_FirstRequestOfAnInstance_IsKept()
    {
        await using (var a = await StartAsync(Map, services => services.AddBefore(ReadAsync)))
        {
            await GetAsync(a, "/page");
            await GetAsync(a, "/page");
        }

        await using var b = await StartAsync(Map, services => services.AddBefore(ReadAsync));
        await GetAsync(b, "/another");
        await GetAsync(b, "/another");
        Assert.Equal((1, 1), (Renderings("/page"), Renderings("/another")));
    }

    [Fact]
    public void AddRedisTagOutputCache_AfterFiltersOfTheApplication_BeginsTheRequestBeforeThem()
    {
        var services = new ServiceCollection();
        services.AddBefore(static (context, next) => next(context));
        services.AddRedisTagOutputCache();
        services.AddRedisTagOutputCache();
        var filters = services.Where(service => service.ServiceType == typeof(IStartupFilter)).Select(service => service.ImplementationType?.Name).ToArray();
        Assert.Equal(["PageFlowMiddleware", null], filters);
    }

    private async Task ReadAsync(HttpContext context, RequestDelegate next)
    {
        context.Items["data"] = _data;
        if (_mayGoOn is { } mayGoOn)
        {
            _hasRead!.SetResult();
            await mayGoOn.Task;
        }

        await next(context);
    }

    private void Map(WebApplication app) => app.MapGet("/{page}", (HttpContext context, string page) =>
    {
        Render("/" + page);
        return (string)context.Items["data"]!;
    }).CacheOutput(policy => policy.Expire(Lifetime).Tag(Tag));
}
