using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.IntegrationTests.Hybrid;
using RedisTagCache.TestSupport;
using StackExchange.Redis;
using static RedisTagCache.TestSupport.StoreExtensions;

namespace RedisTagCache.IntegrationTests.Store;

/// <summary>If the bytes of one entry are read under the key of another, the lookup misses: no caller gets the value of another key.</summary>
public abstract class MixedUpEntriesContract(IEngine engine) : StoreSuite(engine)
{
    private const int Pairs = 100;
    private static readonly string _long = new('k', 600);
    private static readonly DistributedCacheEntryOptions _sliding = new() { SlidingExpiration = TimeSpan.FromMinutes(10) };

    [Theory]
    [InlineData("a", "b")]
    [InlineData("a", "A")]
    [InlineData("é", "e\u0301")]
    [InlineData("鍵", "ключ")]
    public async Task GetAsync_BytesOfAnotherEntry_AreAMiss(string from, string to)
    {
        await A.WriteAsync(from, "of " + from, "t");
        await A.WriteAsync(to, "of " + to, "t");
        await CopyAsync(from, to);
        using (var lookup = await B.GetAsync(Page(to)))
            Assert.Equal((false, CacheMissReason.Damaged), (lookup.HasValue, lookup.MissReason));
        await Eventually.BecomesTrueAsync(() => EntryKeys().Length == 1, "it was dropped");
        Assert.Equal("of " + from, await B.ReadAsync(from));
        await B.WriteAsync(to, "new", "t");
        Assert.Equal("new", await A.ReadAsync(to));
    }

    [Fact]
    public async Task GetAsync_BytesOfAnotherLongKey_AreAMiss()
    {
        await A.WriteAsync(_long, "long", "t");
        await A.WriteAsync(_long + "l", "longer", "t");
        var keys = EntryKeys();
        await SwapAsync(keys[0], keys[1]);
        Assert.Null(await B.ReadAsync(_long));
        Assert.Null(await B.ReadAsync(_long + "l"));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task GetAsync_SwappedEntriesReadTogether_AreMisses(int length)
    {
        var count = length > 1_000 ? 4 : Pairs;
        await Task.WhenAll(Enumerable.Range(0, 2 * count).Select(i => A.WriteAsync(Key(i), Value(i, length), "t")));
        await A.WriteAsync("neighbor", "of the neighbor", "t");
        Assert.Equal(Enumerable.Range(0, 2 * count).Select(i => Value(i, length)), await ReadTogetherAsync(count));
        for (var i = 0; i < 2 * count; i += 2)
            await SwapAsync(KeyInRedis(Key(i)), KeyInRedis(Key(i + 1)));
        var neighbor = B.ReadAsync("neighbor");
        Assert.All(await ReadTogetherAsync(count), Assert.Null);
        Assert.Equal("of the neighbor", await neighbor);
    }

    [Fact]
    public async Task GetAsync_BytesOfTheSameKeyInAnotherRegion_AreAMiss()
    {
        var other = new CacheEntryKey(new CacheRegion("other", isTagged: true, isIsolatedByBuild: true), "k");
        await A.WriteAsync("k", "page", "t");
        using (var lookup = await A.GetAsync(other))
            await A.SetAsync(other, new ReadOnlySequence<byte>([1]), lookup.Version, new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(5) });
        await SwapAsync(KeyInRedis(":pages:test:k"), KeyInRedis(":other:test:k"));
        Assert.Null(await B.ReadAsync("k"));
        using var mixedUp = await B.GetAsync(other);
        Assert.Equal(CacheMissReason.Damaged, mixedUp.MissReason);
    }

    [Fact]
    public async Task GetAsync_BytesOfTheSameKeyOfAnotherBuild_AreAMiss()
    {
        var next = NewInstance(static options => options.BuildNamespace = "next").Store;
        await A.WriteAsync("k", "of this build", "t");
        await next.WriteAsync("k", "of the next build", "t");
        await SwapAsync(KeyInRedis(":test:k"), KeyInRedis(":next:k"));
        Assert.Null(await B.ReadAsync("k"));
        Assert.Null(await next.ReadAsync("k"));
    }

    [Fact]
    public async Task TagCache_SwappedValues_RunsTheFactory()
    {
        var (cache, other) = (NewInstance().Get<ITagCache>(), NewInstance().Get<ITagCache>());
        await cache.SetAsync("a", "of a", tags: ["t"]);
        await cache.SetAsync("b", "of b", tags: ["t"]);
        await SwapAsync(KeyInRedis(":a"), KeyInRedis(":b"));
        Assert.False((await other.TryGetAsync<string>("a")).HasValue);
        var values = await Task.WhenAll(((string[])["a", "b"]).Select(key => other.GetOrCreateAsync(key, (_, _) => new ValueTask<string>("new " + key), tags: ["t"]).AsTask()));
        Assert.Equal(["new a", "new b"], values);
        var third = NewInstance().Get<ITagCache>();
        await Eventually.BecomesTrueAsync(async () => (await third.TryGetAsync<string>("a")).Value == "new a" && (await third.TryGetAsync<string>("b")).Value == "new b", "the values were stored");
    }

    [Fact]
    public async Task HybridCache_SwappedValues_RunsTheFactory()
    {
        var (cache, other) = (NewInstance().Get<HybridCache>(), NewInstance().Get<HybridCache>());
        await cache.SetAsync("a", "of a");
        await cache.SetAsync("b", "of b");
        await SwapAsync(KeyInRedis(":a"), KeyInRedis(":b"));
        Assert.Null(await other.InRedisAsync("b"));
        Assert.Equal("new a", await other.GetOrCreateAsync("a", static _ => new ValueTask<string>("new a")));
        Assert.Equal("new b", await other.GetOrCreateAsync("b", static _ => new ValueTask<string>("new b")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DistributedCache_SwappedEntries_AreMisses(bool isSync)
    {
        var cache = NewInstance().Get<IDistributedCache>();
        await cache.SetAsync("a", [1], _sliding);
        await cache.SetAsync("b", [2], _sliding);
        await SwapAsync(KeyInRedis(":a"), KeyInRedis(":b"));
        Assert.Null(isSync ? cache.Get("a") : await cache.GetAsync("a"));
        Assert.Null(isSync ? cache.Get("b") : await cache.GetAsync("b"));
        await cache.SetAsync("a", [3], _sliding);
        Assert.Equal([3], isSync ? cache.Get("a") : await cache.GetAsync("a"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DistributedCache_RefreshOfAnotherEntrysBytes_DoesNotProlongThem(bool isSync)
    {
        var cache = NewInstance().Get<IDistributedCache>();
        await cache.SetAsync("a", [1], _sliding);
        await cache.SetAsync("b", [2], _sliding);
        await CopyAsync("a", "b");
        await Database.KeyExpireAsync(KeyInRedis(":b"), TimeSpan.FromMinutes(1));
        if (isSync)
            cache.Refresh("b");
        else
            await cache.RefreshAsync("b");
        Assert.InRange(Database.KeyTimeToLive(KeyInRedis(":b"))!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    private Task<string?[]> ReadTogetherAsync(int count) => Task.WhenAll(Enumerable.Range(0, 2 * count).Select(i => B.ReadAsync(Key(i))));

    private async Task CopyAsync(string from, string to) => await Database.StringSetAsync(KeyInRedis(":" + to), await Database.StringGetAsync(KeyInRedis(":" + from)));

    private async Task SwapAsync(RedisKey one, RedisKey other)
    {
        var (first, second) = (await Database.StringGetAsync(one), await Database.StringGetAsync(other));
        Assert.NotEqual(first, second);
        await Database.StringSetAsync(one, second);
        await Database.StringSetAsync(other, first);
    }

    private RedisKey KeyInRedis(string end) => Assert.Single(EntryKeys(), key => ((string)key!).EndsWith(end, StringComparison.Ordinal));

    private static string Key(int i) => "key-" + i.ToString("0000", CultureInfo.InvariantCulture);

    private static string Value(int i, int length) => Key(i) + new string('x', length + i);
}

public sealed class StandaloneMixedUpEntriesTests(StandaloneEngine engine) : MixedUpEntriesContract(engine), IClassFixture<StandaloneEngine>;

public sealed class PartitionedMixedUpEntriesTests(PartitionedEngine engine) : MixedUpEntriesContract(engine), IClassFixture<PartitionedEngine>;

public sealed class ClusterMixedUpEntriesTests(ClusterEngine engine) : MixedUpEntriesContract(engine), IClassFixture<ClusterEngine>;

public sealed class EmbeddedMixedUpEntriesTests(EmbeddedEngine engine) : MixedUpEntriesContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryMixedUpEntriesTests(InMemoryEngine engine) : MixedUpEntriesContract(engine), IClassFixture<InMemoryEngine>;
