using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Pages;

/// <summary>A page made of a value that carries the same tag: one eviction, on any region and instance, ends both on all instances.</summary>
public sealed class PageOfDataTests(RedisFixture redis) : PageSuite(redis)
{
    private const string Tag = "news";

    [Theory]
    [InlineData("pages")]
    [InlineData("HybridCache")]
    [InlineData("ITagCache")]
    public async Task OneTag_EvictsThePageAndItsData(string region)
    {
        await using var a = await StartAsync(Map);
        await using var b = await StartAsync(Map);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("page 1 of data 1", await GetAsync(a, "/"));
            Assert.Equal("page 1 of data 1", await GetAsync(b, "/"));
            Assert.Equal("data 1", await GetAsync(b, "/data")); // has a copy of its own from here on
        }

        await (region switch
        {
            "pages" => a.Pages.EvictByTagAsync(Tag, default),
            "HybridCache" => a.Services.GetRequiredService<HybridCache>().RemoveByTagAsync(Tag),
            _ => a.Services.GetRequiredService<ITagCache>().EvictByTagAsync(Tag),
        });
        Assert.Equal("page 2 of data 2", await GetAsync(b, "/"));
        Assert.Equal("page 2 of data 2", await GetAsync(a, "/"));
        Assert.Equal(("data 2", "data 2"), (await GetAsync(a, "/data"), await GetAsync(b, "/data")));
    }

    private void Map(WebApplication app)
    {
        app.MapGet("/data", (HybridCache data, CancellationToken stop) => DataAsync(data, stop));
        app.MapGet("/", async (HybridCache data, CancellationToken stop) => $"page {Render("page")} of {await DataAsync(data, stop)}")
            .CacheOutput(policy => policy.Expire(Lifetime).Tag(Tag));
    }

    private ValueTask<string> DataAsync(HybridCache data, CancellationToken stop) =>
        data.GetOrCreateAsync("data", _ => new ValueTask<string>("data " + Render("data")), tags: [Tag], cancellationToken: stop);
}
