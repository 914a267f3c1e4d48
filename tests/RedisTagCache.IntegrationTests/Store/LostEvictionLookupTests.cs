using RedisTagCache.TestSupport;
using static RedisTagCache.TestSupport.StoreExtensions;

namespace RedisTagCache.IntegrationTests.Store;

/// <summary>Redis has lost an eviction that this instance made. A caller that waits for another caller's value must not get one from before it.</summary>
public sealed class LostEvictionLookupTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task Lookup_AfterTheLossOfAnEviction_CountsFromWhatThisInstanceKnows()
    {
        await using var instance = Instance.Create(redis.ConnectionString, static options => options.KeyPrefix = "lost");
        using var connected = await instance.Store.GetAsync(Page("k"));
        Assert.Equal(connected.Version, connected.Since);

        // Another round if the instance was quicker to make the eviction again.
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                var before = await redis.Database.StringGetAsync("{lost:0}:epoch");
                await instance.Store.EvictByTagAsync("t");
                await redis.Database.StringSetAsync("{lost:0}:epoch", before);
                using var lookup = await instance.Store.GetAsync(Page("k"));
                Assert.True(lookup.Since.Stamp.Epoch >= lookup.Version.Stamp.Epoch);
                if (before != lookup.Version.Stamp.ToString())
                    return false;
                Assert.True(lookup.Since.Stamp.Epoch > lookup.Version.Stamp.Epoch, $"{lookup.Since.Stamp} is after the eviction, {before} is before it.");
                return true;
            },
            "a lookup meets a server that has lost the eviction");
    }
}
