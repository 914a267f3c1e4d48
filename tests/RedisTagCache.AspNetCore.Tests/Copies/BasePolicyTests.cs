using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.Tests.Pages;
using RedisTagCache.Management;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Copies;

/// <summary>What a base policy of the application says of pages counts, unless the policy of an endpoint says otherwise.</summary>
public sealed class BasePolicyTests(RedisFixture redis) : PageSuite(redis)
{
    protected override long CopyBytes => WithCopies.Plenty;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LocalCopies_FalseInABasePolicy_AsksRedisForEachRequest(bool isNamed)
    {
        await using var app = await StartAsync(policy => policy.AllowLocalCache(false), isNamed);
        for (var i = 0; i < 40; i++)
            Assert.Equal("page 1", await app.GetAsync("/page"));
        Assert.Equal(0, LocalHits(app));

        for (var i = 0; i < 5; i++)
            Assert.Equal("other 1", await app.GetAsync("/allowed"));
        Assert.NotEqual(0, LocalHits(app));
    }

    [Fact]
    public async Task StaleWhileRevalidate_InABasePolicy_ServesTheOldPage()
    {
        await using var app = await StartAsync(policy => policy.StaleWhileRevalidate(TimeSpan.FromHours(1)), isNamed: false);
        Assert.Equal("brief 1", await app.GetAsync("/brief"));
        await Task.Delay(100, TestContext.Current.CancellationToken); // its lifetime has ended
        Assert.Equal("brief 1", await app.GetAsync("/brief"));
        await Eventually.BecomesTrueAsync(async () => await app.GetAsync("/brief") != "brief 1", "it is refreshed");
    }

    private Task<PageApp> StartAsync(Action<OutputCachePolicyBuilder> policy, bool isNamed) => StartAsync(
        app =>
        {
            app.MapGet("/page", () => "page " + Render("page")).CacheOutput();
            app.MapGet("/allowed", () => "other " + Render("other")).CacheOutput(own => own.AllowLocalCache(true));
            app.MapGet("/brief", () => "brief " + Render("brief")).CacheOutput(own => own.Expire(TimeSpan.FromMilliseconds(50)));
        },
        services => services.Configure<OutputCacheOptions>(options =>
        {
            if (isNamed)
                options.AddBasePolicy(every => every.AddPolicy<Nothing>().With(_ => true));
            options.AddBasePolicy(policy, excludeDefaultPolicy: true);
        }));

    private static long LocalHits(PageApp app) =>
        app.Services.GetRequiredService<ITagCacheStatistics>().GetSnapshot().Regions.FirstOrDefault(row => row.Region == "output")?.LocalHits ?? 0;

    /// <summary>A policy that ends later than it is asked.</summary>
    private sealed class Nothing : IOutputCachePolicy
    {
        public async ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation) => await Task.Yield();

        public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => default;

        public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation) => default;
    }
}
