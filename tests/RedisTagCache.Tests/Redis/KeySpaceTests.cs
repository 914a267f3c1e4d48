using RedisTagCache.Redis;

namespace RedisTagCache.Tests.Redis;

public sealed class KeySpaceTests
{
    private static readonly CacheSurface _surface = new("s", isTagged: true, isIsolatedByBuild: true);

    [Fact]
    public void Locate_KeepsKeysApart_AndInsideTheirHashTag()
    {
        var keys = new KeySpace("p", "b", 1);
        string[] names = ["a", "A", " a", "a ", "{a}", "}", "a\r\nb", "\0", "é", "e\u0301", "\uD800", "\uD801", "\uFFFD", new('k', 512), new('k', 513), new('ä', 256), new('ä', 257)];
        var located = names.Select(name => (string)keys.Locate(new CacheEntryKey(_surface, name)).Key!).ToArray();
        Assert.Equal(names.Length, located.Distinct(StringComparer.Ordinal).Count());
        Assert.All(located, key => Assert.StartsWith("{p:0}:e", key, StringComparison.Ordinal));

        // A key that looks like another one's hash is still another key.
        var hashed = located[Array.IndexOf(names, new string('k', 513))];
        var lookalike = (string)keys.Locate(new CacheEntryKey(_surface, hashed.Split(':')[^1])).Key!;
        Assert.NotEqual(hashed, lookalike);
    }

    [Fact]
    public void Locate_KeepsSurfacesAndBuildsApart()
    {
        var shared = new CacheSurface("s2", isTagged: true, isIsolatedByBuild: false);
        var (one, two) = (new KeySpace("p", "b1", 1), new KeySpace("p", "b2", 1));
        Assert.NotEqual(one.Locate(new CacheEntryKey(_surface, "k")), two.Locate(new CacheEntryKey(_surface, "k")));
        Assert.Equal(one.Locate(new CacheEntryKey(shared, "k")).Key, two.Locate(new CacheEntryKey(shared, "k")).Key);
        Assert.NotEqual(one.Locate(new CacheEntryKey(shared, "k")).Key, one.Locate(new CacheEntryKey(_surface, "k")).Key);
    }

    [Theory]
    [InlineData("a", 4)]
    [InlineData("user:42", 0)]
    [InlineData("鍵", 25)]
    public void PartitionOf_IsTheSameForEver(string key, int partition) =>
        Assert.Equal(partition, new KeySpace("p", "b", 32).PartitionOf(key).Index);

    [Fact]
    public void PartitionOf_SpreadsKeysEvenly()
    {
        var keys = new KeySpace("p", "b", 32);
        var counts = Enumerable.Range(0, 64_000).CountBy(i => keys.PartitionOf("key:" + i).Index).Select(c => c.Value).ToArray();
        Assert.Equal(32, counts.Length);
        Assert.All(counts, count => Assert.InRange(count, 1_700, 2_300));
    }
}
