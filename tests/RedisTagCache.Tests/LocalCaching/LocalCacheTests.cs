using RedisTagCache.Invalidation;
using RedisTagCache.LocalCaching;

namespace RedisTagCache.Tests.LocalCaching;

public sealed class LocalCacheTests
{
    private readonly PartitionWatch _watch = Copies.Watch();
    private readonly LocalCache _roomy = new(1_000_000, 1_000);

    [Fact]
    public void Set_OfACopy_IsFoundByStringAndBySpan()
    {
        var copy = Copies.Of("k", _watch, size: 7);
        _roomy.Set(copy);
        Assert.True(_roomy.TryGet("k", out var found) && ReferenceEquals(copy, found));
        Assert.True(_roomy.TryGet("xk".AsSpan(1), out found) && ReferenceEquals(copy, found));
        Assert.False(_roomy.TryGet("K", out _) || _roomy.TryGet("K".AsSpan(), out _));
        Assert.Equal((7, 1), (_roomy.Bytes, _roomy.Count));
    }

    [Fact]
    public void Set_OfAnotherCopyOfAName_TakesItsPlace()
    {
        var (old, copy) = (Copies.Of("k", _watch, size: 7), Copies.Of("k", _watch, size: 9));
        _roomy.Set(old);
        _roomy.Set(copy);
        _roomy.Remove(old); // too late
        Assert.True(_roomy.TryGet("k", out var found) && ReferenceEquals(copy, found));
        Assert.Equal((9, 1), (_roomy.Bytes, _roomy.Count));
        Assert.True(old.IsGone);
        Assert.False(copy.IsGone);
    }

    [Theory]
    [InlineData(1_000, 3, 10, 3)]
    [InlineData(30, 1_000, 10, 3)]
    [InlineData(39, 1_000, 10, 3)]
    [InlineData(10, 1_000, 10, 1)]
    [InlineData(1_000, 1, 10, 1)]
    [InlineData(9, 1_000, 10, 0)]
    [InlineData(1_000, 0, 10, 0)]
    [InlineData(0, 1_000, 1, 0)]
    public void Set_BeyondABound_DropsTheOldest(long maxBytes, int maxEntries, int size, int kept)
    {
        var cache = new LocalCache(maxBytes, maxEntries);
        for (var i = 0; i < 20; i++)
            cache.Set(Copies.Of($"k{i}", _watch, size));
        Assert.Equal(Enumerable.Range(20 - kept, kept).Select(i => $"k{i}"), NamesIn(cache));
        Assert.Equal((kept * size, kept), (cache.Bytes, cache.Count));
    }

    [Fact]
    public void Set_OfALargeCopy_DropsAsManyAsItTakes()
    {
        var cache = new LocalCache(100, 1_000);
        for (var i = 0; i < 10; i++)
            cache.Set(Copies.Of($"k{i}", _watch, size: 10));
        cache.Set(Copies.Of("large", _watch, size: 75));
        Assert.Equal(["k8", "k9", "large"], NamesIn(cache));
        Assert.Equal(95, cache.Bytes);
    }

    [Fact]
    public void Set_BeyondABound_GivesWhatWasUsedASecondChance()
    {
        var cache = new LocalCache(1_000, 3);
        var used = Copies.Of("k0", _watch);
        cache.Set(used);
        cache.Set(Copies.Of("k1", _watch));
        cache.Set(Copies.Of("k2", _watch));
        used.IsUsed = true;

        cache.Set(Copies.Of("k3", _watch));
        Assert.Equal(["k0", "k2", "k3"], NamesIn(cache));
        Assert.False(used.IsUsed);

        // It stands at the end of the queue again, and has no third one.
        cache.Set(Copies.Of("k4", _watch));
        Assert.Equal(["k0", "k3", "k4"], NamesIn(cache));
        cache.Set(Copies.Of("k5", _watch));
        cache.Set(Copies.Of("k6", _watch));
        Assert.Equal(["k4", "k5", "k6"], NamesIn(cache));
    }

    [Fact]
    public void Set_WhenAllWereUsed_DropsTheOldestAllTheSame()
    {
        var cache = new LocalCache(1_000, 3);
        for (var i = 0; i < 4; i++)
        {
            var copy = Copies.Of($"k{i}", _watch);
            copy.IsUsed = true;
            cache.Set(copy);
        }

        Assert.Equal(["k1", "k2", "k3"], NamesIn(cache));
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void Set_OfACopyAboutAsLargeAsTheWholeCache_KeepsItOrNeitherOfBoth(int size, bool isKept)
    {
        var cache = new LocalCache(100, 10);
        cache.Set(Copies.Of("other", _watch));
        cache.Set(Copies.Of("k", _watch));
        cache.Set(Copies.Of("k", _watch, size));
        Assert.Equal(isKept ? ["k"] : ["other"], NamesIn(cache, "other", "k"));
        Assert.Equal(isKept ? 100 : 1, cache.Bytes);
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(5, true)]
    [InlineData(6, false)]
    [InlineData(long.MaxValue, false)]
    public void Drop_ByNumber_RemovesWhatIsOlder(long number, bool isKept)
    {
        _roomy.Set(Copies.Of("k", _watch, removal: 5));
        _roomy.Set(Copies.Of("other", _watch));
        _roomy.Drop("k", number);
        _roomy.Drop("no such", number);
        Assert.Equal(isKept, _roomy.TryGet("k", out _));
        Assert.Equal(isKept ? 2 : 1, _roomy.Count);
    }

    [Fact]
    public void DropAll_OfAPartition_LeavesTheOthers()
    {
        var other = Copies.Watch();
        for (var i = 0; i < 10; i++)
            _roomy.Set(Copies.Of($"k{i}", i % 2 == 0 ? _watch : other, size: 10));
        _roomy.DropAll(_watch);
        Assert.Equal(["k1", "k3", "k5", "k7", "k9"], NamesIn(_roomy));
        Assert.Equal((50, 5), (_roomy.Bytes, _roomy.Count));
        _roomy.DropAll(other);
        Assert.Equal((0, 0), (_roomy.Bytes, _roomy.Count));
    }

    [Theory]
    [InlineData(1, 60, 1_000)]
    [InlineData(2, 1_000_000, 5)]
    [InlineData(3, 100, 10)]
    [InlineData(4, 1_000_000, 1_000_000)]
    public void AnyChanges_InAnyOrder_KeepTheAccountOfWhatIsThere(int seed, long maxBytes, int maxEntries)
    {
        var random = new Random(seed);
        var cache = new LocalCache(maxBytes, maxEntries);
        for (var i = 0; i < 20_000; i++)
        {
            var name = $"k{random.Next(20)}";
            if (random.Next(3) > 0)
                cache.Set(Copies.Of(name, _watch, random.Next(1, 70), removal: random.Next(10)));
            else if (cache.TryGet(name, out var copy) && random.Next(2) == 0)
                copy.IsUsed = true;
            else
                cache.Drop(name, random.Next(10));

            var there = NamesIn(cache).Select(n => cache.TryGet(n, out var found) ? found.Size : 0).ToArray();
            Assert.Equal((there.Sum(), there.Length), (cache.Bytes, cache.Count));
            Assert.True(cache.Bytes <= maxBytes && cache.Count <= maxEntries);
        }

        cache.DropAll(_watch);
        Assert.Equal((0, 0), (cache.Bytes, cache.Count));
    }

    private static IEnumerable<string> NamesIn(LocalCache cache, params string[] names) =>
        (names.Length > 0 ? names : [.. Enumerable.Range(0, 20).Select(i => $"k{i}"), "large"]).Where(name => cache.TryGet(name, out _));
}
