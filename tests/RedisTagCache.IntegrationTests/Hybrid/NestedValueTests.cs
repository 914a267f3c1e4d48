using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.TestSupport;

namespace RedisTagCache.IntegrationTests.Hybrid;

/// <summary>Values that are made of other values.</summary>
public sealed class NestedValueTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private readonly string _prefix = "t" + Guid.NewGuid().ToString("N");

    /// <summary>What was heard of by nobody is known all the same before anything new is started: else a new value could be made of an evicted one, and be kept.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Value_StartedAfterAChangeOfItsPart_IsNotMadeOfTheOldPart(bool byRemoval)
    {
        await using var deaf = NewInstance(",channelPrefix=elsewhere");
        await using var other = NewInstance();
        var (cache, elsewhere) = (deaf.Get<HybridCache>(), other.Get<HybridCache>());
        for (var i = 0; i < 20; i++)
        {
            var (part, whole) = ($"part{i}", $"whole{i}");
            await elsewhere.SetAsync(part, "old", tags: [part]);
            Assert.Equal("old", await cache.CopyAsync(part));

            await (byRemoval ? elsewhere.RemoveAsync(part) : elsewhere.RemoveByTagAsync(part));
            var made = await cache.GetOrCreateAsync(
                whole, async stop => "of " + await cache.GetOrCreateAsync(part, static _ => new ValueTask<string>("new"), cancellationToken: stop));
            Assert.Equal("of new", made);
        }
    }

    [Fact]
    public async Task FactoryThatAsksForItsOwnValue_DoesNotWaitForItself()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        var runs = 0;
        Assert.Equal("2 around 1", await cache.GetOrCreateAsync("own", async stop =>
            Interlocked.Increment(ref runs) == 1 ? "2 around " + await cache.GetOrCreateAsync("own", static _ => new ValueTask<string>("1"), cancellationToken: stop) : "never"));
        Assert.Equal("2 around 1", await cache.PeekAsync<string>("own"));
    }

    [Fact]
    public async Task FactoriesThatAskForEachOther_DoNotWaitForEachOther()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        var depth = 0;
        Assert.Equal("a(b(end))", await AskAsync("a"));

        async Task<string> AskAsync(string key) => await cache.GetOrCreateAsync(
            key, async _ => Interlocked.Increment(ref depth) > 2 ? "end" : $"{key}({await AskAsync(key == "a" ? "b" : "a")})");
    }

    [Fact]
    public async Task WorkThatAFactoryLeavesRunning_AsksForTheValueAsAnyOther()
    {
        await using var instance = NewInstance();
        var cache = instance.Get<HybridCache>();
        var kept = new TaskCompletionSource();
        Task<string>? later = null;
        await cache.GetOrCreateAsync("own", _ =>
        {
            later = Task.Run(async () =>
            {
                await kept.Task;
                await cache.RemoveAsync("own");
                return await cache.GetOrCreateAsync("own", static _ => new ValueTask<string>("again"));
            });
            return new ValueTask<string>("v");
        });
        kept.SetResult();
        Assert.Equal("again", await later!);
        Assert.Equal("again", await cache.PeekAsync<string>("own"));
    }

    private Instance NewInstance(string more = "") => Instance.Create(redis.ConnectionString + more, options => options.KeyPrefix = _prefix);
}
