using RedisTagCache.Management;
using RedisTagCache.TestSupport;
using RedisTagCache.Topology;

namespace RedisTagCache.IntegrationTests.Load;

/// <summary>The memory that a search takes, measured while no other test allocates.</summary>
[Collection(Quiet.Name)]
public sealed class SearchMemoryTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const int Count = 40_000;
    private static readonly CacheScanPace _quick = new(500, TimeSpan.Zero);

    [Fact]
    public async Task Search_PastManyEntries_KeepsFewOfThemInMemory()
    {
        var prefix = "t" + Guid.NewGuid().ToString("N");
        await using var instance = Instance.Create(redis.ConnectionString, options => (options.KeyPrefix, options.Partitions) = (prefix, 1));
        var partition = new KeySpace(prefix, "test", 1).PartitionOf("");
        var tail = new string('x', 300);
        for (var i = 0; i < Count; i += 1_000)
            await Task.WhenAll(Enumerable.Range(i, 1_000).Select(n => redis.Database.StringSetAsync(StoredKey.Of(partition, "pages", "test", n + tail).Key, "no entry")));

        long before = 0, after = 0;
        var found = 0;
        await foreach (var entry in instance.Get<ITagCacheInspector>().FindAsync(new CacheEntryQuery { MaxResults = int.MaxValue, MaxKeys = long.MaxValue, Pace = _quick }))
        {
            if (++found == 1)
                before = GC.GetTotalMemory(forceFullCollection: true);
            else if (found == Count)
                after = GC.GetTotalMemory(forceFullCollection: true);
        }

        Assert.Equal(Count, found);
        Assert.InRange(after - before, long.MinValue, 16_000_000); // all keys together would be some 32 MB
    }
}
