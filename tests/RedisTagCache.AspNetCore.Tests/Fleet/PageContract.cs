using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Fleet;

/// <summary>Pages of two instances on one Redis.</summary>
public abstract class PageContract(IServed redis)
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");
    private int _rendered;

    private Task<PageApp> StartAsync(Action<WebApplication> map, string build = "test") => PageApp.StartAsync(
        redis.ConnectionString,
        map,
        options =>
        {
            options.KeyPrefix = _prefix;
            options.BuildNamespace = build;
        });

    private void MapCounter(WebApplication app) => app
        .MapGet("/page/{id}", (int id, HttpContext context) =>
        {
            context.Features.Get<IOutputCacheFeature>()!.Context.Tags.Add($"page:{id}");
            return $"{id}: {Interlocked.Increment(ref _rendered)}";
        })
        .CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag("pages"));

    [Fact]
    public async Task PageCachedOnOne_IsAHitOnTheOther_AndEvictedOnBoth()
    {
        await using var a = await StartAsync(MapCounter);
        await using var b = await StartAsync(MapCounter);
        Assert.Equal("1: 1", await a.GetAsync("/page/1"));
        Assert.Equal("2: 2", await b.GetAsync("/page/2"));
        Assert.Equal("1: 1", await b.GetAsync("/page/1"));
        Assert.Equal("2: 2", await a.GetAsync("/page/2"));

        await a.Pages.EvictByTagAsync("page:1", default);
        Assert.Equal("1: 3", await b.GetAsync("/page/1"));
        Assert.Equal("1: 3", await a.GetAsync("/page/1"));
        Assert.Equal("2: 2", await a.GetAsync("/page/2"));

        await b.Store.EvictByTagAsync("pages");
        Assert.Equal("2: 4", await a.GetAsync("/page/2"));
        Assert.Equal("1: 5", await b.GetAsync("/page/1"));
    }

    [Fact]
    public async Task InstancesOfTwoBuilds_KeepTheirOwnPages_AndShareEvictions()
    {
        await using var next = await StartAsync(MapCounter);
        await using var older = await StartAsync(MapCounter, build: "older");
        Assert.Equal("1: 1", await next.GetAsync("/page/1"));
        Assert.Equal("1: 2", await older.GetAsync("/page/1"));
        Assert.Equal("1: 2", await older.GetAsync("/page/1"));
        await next.Pages.EvictByTagAsync("page:1", default);
        Assert.Equal("1: 3", await older.GetAsync("/page/1"));
        Assert.Equal("1: 4", await next.GetAsync("/page/1"));
    }

    [Fact]
    public async Task Star_EvictsEveryPage_AndNothingElse()
    {
        await using var a = await StartAsync(MapCounter);
        var data = a.Services.GetRequiredService<IDistributedCache>();
        await data.SetStringAsync("k", "v");
        await a.GetAsync("/page/1");
        await a.GetAsync("/page/2");
        await a.Pages.EvictByTagAsync("*", default);
        Assert.Equal("1: 3", await a.GetAsync("/page/1"));
        Assert.Equal("2: 4", await a.GetAsync("/page/2"));
        Assert.Equal("v", await data.GetStringAsync("k"));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task PageRenderedDuringAnEviction_IsDeliveredButNotKept(bool evictOnTheSame, bool isLocking)
    {
        var content = "old";
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Map(WebApplication app) => app
            .MapGet("/slow", async () =>
            {
                var read = Volatile.Read(ref content);
                reading.TrySetResult();
                await gate.Task;
                return read;
            })
            .CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(5)).Tag("slow").SetLocking(isLocking));
        await using var a = await StartAsync(Map);
        await using var b = await StartAsync(Map);
        var rendered = Enumerable.Range(0, 5).Select(_ => a.GetAsync("/slow")).ToArray();
        await reading.Task;

        Volatile.Write(ref content, "new");
        await (evictOnTheSame ? a : b).Pages.EvictByTagAsync("slow", default);
        gate.SetResult();
        foreach (var page in await Task.WhenAll(rendered))
            Assert.Contains(page, new[] { "old", "new" });

        Assert.Equal("new", await b.GetAsync("/slow"));
        Assert.Equal("new", await a.GetAsync("/slow"));
        Volatile.Write(ref content, "newer, not yet evicted");
        Assert.Equal("new", await a.GetAsync("/slow"));
        Assert.Equal("new", await b.GetAsync("/slow"));
    }
}

public sealed class PageTests(RedisFixture redis) : PageContract(redis), IClassFixture<RedisFixture>;

public sealed class ClusterPageTests(ClusterFixture cluster) : PageContract(cluster), IClassFixture<ClusterFixture>;

public sealed class InMemoryPageTests(InMemoryFixture server) : PageContract(server), IClassFixture<InMemoryFixture>;
