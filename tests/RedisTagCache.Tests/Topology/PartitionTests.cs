using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Topology;

/// <summary>Every instance places a key in the same partition, whatever its version: these numbers never change.</summary>
public sealed class PartitionTests
{
    [Theory]
    [InlineData("a", 4)]
    [InlineData("b", 31)]
    [InlineData("/", 26)]
    [InlineData("post:42", 1)]
    [InlineData("GET\u001eHTTP\u001eLOCALHOST:5000\u001e/posts/42", 26)]
    [InlineData("ключ", 5)]
    [InlineData("鍵", 25)]
    [InlineData("😀", 10)]
    [InlineData("{x}", 19)]
    [InlineData("a b", 22)]
    public void PartitionOf_With32Partitions_NeverChanges(string key, int expected) =>
        Assert.Equal(expected, new KeySpace("rtc", "build", 32).PartitionOf(key).Index);

    [Theory]
    [InlineData(512, 5)]
    [InlineData(513, 30)]
    public void PartitionOf_ALongKey_IsThatOfTheKeyAndNotOfItsHash(int length, int expected)
    {
        var keys = new KeySpace("rtc", "build", 32);
        var key = new string('k', length);
        Assert.Equal(expected, keys.PartitionOf(key).Index);
        Assert.Equal(expected, keys.Locate(new CacheEntryKey(CacheRegion.Output, key)).Partition.Index);
    }

    [Fact]
    public void PartitionOf_OnOtherRegionsAndBuilds_IsTheSame()
    {
        var one = new KeySpace("rtc", "one", 32);
        var two = new KeySpace("rtc", "two", 32);
        var region = new CacheRegion("s", isTagged: false, isIsolatedByBuild: false);
        for (var i = 0; i < 100; i++)
            Assert.Equal(one.Locate(new CacheEntryKey(region, $"k{i}")).Partition.Index, two.Locate(new CacheEntryKey(CacheRegion.Output, $"k{i}")).Partition.Index);
    }

    [Fact]
    public void PartitionOf_ManyKeys_UsesEveryPartitionAlike()
    {
        var keys = new KeySpace("rtc", "build", 32);
        var counts = Enumerable.Range(0, 32_000).GroupBy(i => keys.PartitionOf($"post:{i}").Index).Select(group => group.Count()).ToArray();
        Assert.Equal(32, counts.Length);
        Assert.All(counts, count => Assert.InRange(count, 700, 1_300));
    }

    [Fact]
    public void PartitionOf_WithOnePartition_IsThatOne() =>
        Assert.Equal("{rtc:0}", new KeySpace("rtc", "build", 1).PartitionOf("any").HashTag);
}
