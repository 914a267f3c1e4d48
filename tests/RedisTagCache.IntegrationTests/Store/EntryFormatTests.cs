using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Entries.Envelope;
using RedisTagCache.TestSupport;
using StackExchange.Redis;
using static RedisTagCache.TestSupport.StoreExtensions;

namespace RedisTagCache.IntegrationTests.Store;

/// <summary>Whatever lies where an entry should: a miss that is counted, never an exception.</summary>
public sealed class EntryFormatTests(StandaloneEngine engine) : StoreSuite(engine), IClassFixture<StandaloneEngine>
{
    [Fact]
    public async Task Get_OfADamagedEntry_IsAMissAndItIsDropped()
    {
        await A.WriteAsync("k", "value", "tag");
        var key = EntryKey();
        byte[] whole = (await Database.StringGetAsync(key))!;
        var random = new Random(1);
        for (var i = 0; i < 300; i++)
        {
            var bytes = (i % 3) switch
            {
                0 => whole[..random.Next(whole.Length)],
                1 => [.. whole, 0],
                _ => Flip(whole, random.Next(whole.Length * 8)),
            };
            await Database.StringSetAsync(key, bytes);
            using var lookup = await A.GetAsync(Page("k"));
            Assert.Equal(CacheMissReason.Damaged, lookup.MissReason);
            var mayBeTheNext = bytes.Length < EnvelopeLayout.IdentityLength && EnvelopeReader.MayBegin(bytes); // a good entry may begin so
            if (!EnvelopeReader.IsOfLaterVersion(bytes) && !mayBeTheNext)
                await Eventually.BecomesTrueAsync(() => !Database.KeyExists(key), "it was dropped");
        }

        await Database.StringSetAsync(key, whole);
        Assert.Equal("value", await A.ReadAsync("k"));
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public async Task Get_OfAnEntryWrittenAtAnImpossibleTime_IsAHit(long time)
    {
        await A.WriteAsync("k", "value", "tag");
        byte[] bytes = (await Database.StringGetAsync(EntryKey()))!;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(EnvelopeLayout.CreatedAt), time);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(EnvelopeLayout.ChecksumAt), XxHash3.HashToUInt64(bytes.AsSpan(EnvelopeLayout.ChecksumFrom)));
        await Database.StringSetAsync(EntryKey(), bytes);
        Assert.Equal("value", await A.ReadAsync("k"));
    }

    [Fact]
    public async Task Get_OfALaterVersion_IsAMissAndLeavesIt()
    {
        await A.WriteAsync("k", "value", "tag");
        var key = EntryKey();
        byte[] bytes = (await Database.StringGetAsync(key))!;
        bytes[EnvelopeLayout.VersionAt]++;
        await Database.StringSetAsync(key, bytes);
        for (var i = 0; i < 20; i++)
        {
            using var lookup = await A.GetAsync(Page("k"));
            Assert.Equal(CacheMissReason.Damaged, lookup.MissReason);
        }

        Assert.Equal(bytes, (byte[]?)await Database.StringGetAsync(key));
    }

    [Fact]
    public async Task Get_OfVersion1_IsAMissAndLeavesIt_AndAWriteReplacesIt()
    {
        await A.WriteAsync("k", "old", "tag");
        var key = EntryKey();
        var bytes = EarlierEntry.Version1Of((await Database.StringGetAsync(key))!);
        await Database.StringSetAsync(key, bytes);
        for (var i = 0; i < 20; i++)
        {
            using var lookup = await A.GetAsync(Page("k"));
            Assert.Equal((false, CacheMissReason.Damaged), (lookup.HasValue, lookup.MissReason));
        }

        Assert.Equal(bytes, (byte[]?)await Database.StringGetAsync(key)); // during a deployment, instances of version 1 still read it
        Assert.Equal(CacheWriteOutcome.Stored, await A.WriteAsync("k", "new", "tag"));
        Assert.Equal("new", await B.ReadAsync("k"));
    }

    [Fact]
    public async Task DistributedCache_OfVersion1_MissesAndIsReplaced()
    {
        var cache = NewInstance().Get<IDistributedCache>();
        var sliding = new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(10) };
        await cache.SetAsync("k", [1], sliding);
        await Database.StringSetAsync(EntryKey(), EarlierEntry.Version1Of((await Database.StringGetAsync(EntryKey()))!), TimeSpan.FromMinutes(1));
        await cache.RefreshAsync("k");
        cache.Refresh("k");
        Assert.Null(await cache.GetAsync("k"));
        Assert.Null(cache.Get("k"));
        Assert.InRange(Database.KeyTimeToLive(EntryKey())!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        await cache.SetAsync("k", [2], sliding);
        Assert.Equal([2], await cache.GetAsync("k"));
    }

    [Fact]
    public async Task HybridCache_OfVersion1_RunsTheFactory()
    {
        await NewInstance().Get<HybridCache>().SetAsync("k", "old");
        await Database.StringSetAsync(EntryKey(), EarlierEntry.Version1Of((await Database.StringGetAsync(EntryKey()))!));
        Assert.Equal("new", await NewInstance().Get<HybridCache>().GetOrCreateAsync("k", static _ => new ValueTask<string>("new")));
        Assert.Equal("new", await NewInstance().Get<HybridCache>().GetOrCreateAsync("k", static _ => new ValueTask<string>("newer")));
    }

    [Fact]
    public async Task Get_OfAKeyOfAnotherType_IsAMiss_AndAWriteReplacesIt()
    {
        ServerFeatures.Require(ServerFeature.KeyTypes, engine.IsRealRedis);
        await A.WriteAsync("k", "value", "tag");
        var key = EntryKey();
        await Database.KeyDeleteAsync(key);
        await Database.ListRightPushAsync(key, "foreign");
        using (var lookup = await A.GetAsync(Page("k")))
            Assert.Equal(CacheMissReason.Absent, lookup.MissReason); // to Redis too, a string that is asked for with others is not there
        Assert.Equal(CacheWriteOutcome.Stored, await A.WriteAsync("k", "value", "tag"));
        Assert.Equal("value", await A.ReadAsync("k"));
    }

    [Theory]
    [InlineData("epoch")]
    [InlineData("marks")]
    public async Task KeysOfThePartitionOfAnotherType_AreMissesAndEvictionsThrow(string name)
    {
        ServerFeatures.Require(ServerFeature.KeyTypes, engine.IsRealRedis);
        await A.WriteAsync("k", "value", "tag");
        await ReplaceByListAsync(KeyOf(0, name));
        var fresh = NewInstance().Store;
        Assert.Null(await fresh.ReadAsync("k"));
        await Assert.ThrowsAsync<RedisTagCacheUnavailableException>(async () => await fresh.EvictByTagAsync("tag"));
        await DeleteAsync(name);
        await Eventually.BecomesTrueAsync(async () => await fresh.WriteAsync("k", "v", "t") == CacheWriteOutcome.Stored, "it mends itself");
    }

    /// <summary>In one step, since an instance that synchronizes makes the key again.</summary>
    private async Task ReplaceByListAsync(RedisKey key)
    {
        var transaction = Database.CreateTransaction();
        _ = transaction.KeyDeleteAsync(key);
        _ = transaction.ListRightPushAsync(key, "foreign");
        Assert.True(await transaction.ExecuteAsync());
    }

    [Fact]
    public async Task AwkwardKeysAndTags_AreKeptApartAndRoundTripped()
    {
        string[] names =
        [
            " ", "a b", "a  b", "{x}", "}", "{", "a\r\nb", "a\nb", "\0", "ключ", "鍵", "😀", "*", "?", "[a]", ":", "a:b",
            new string('k', 512), new string('k', 513), new string('k', 10_000), new string('k', 10_001), new string('ä', 300),
        ];
        string[] illFormedKeys = ["\uD800", "\uDC00", "a\uD83D", "a\uFFFD"];
        foreach (var key in names.Concat(illFormedKeys))
            Assert.Equal(CacheWriteOutcome.Stored, await A.WriteAsync(key, "v" + key.Length + Encoding.Unicode.GetBytes(key)[0], names.Contains(key) ? [key] : []));
        foreach (var key in names.Concat(illFormedKeys))
            Assert.Equal("v" + key.Length + Encoding.Unicode.GetBytes(key)[0], await B.ReadAsync(key));
        Assert.Equal(names.Length + illFormedKeys.Length, EntryKeys().Length);

        foreach (var tag in names)
        {
            await B.EvictByTagAsync(tag);
            Assert.Null(await A.ReadAsync(tag));
        }

        foreach (var key in illFormedKeys)
            Assert.NotNull(await A.ReadAsync(key));
    }

    [Fact]
    public async Task BadInput_IsRefusedBeforeAnythingHappens()
    {
        foreach (var tag in new[] { null, "", "a\uD800b" })
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await A.EvictByTagAsync(tag!));
            if (tag is { Length: > 0 }) // others are skipped, and the rest is evicted
                await Assert.ThrowsAsync<ArgumentException>(async () => await A.EvictByTagAsync(["fine", tag]));
            await Assert.ThrowsAsync<ArgumentException>(() => A.WriteAsync("k", "v", default(CacheVersion), "fine", tag!));
        }

        foreach (var key in new[] { null, "" })
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await A.GetAsync(Page(key!)));
            await Assert.ThrowsAsync<ArgumentException>(async () => await A.RemoveAsync(Page(key!)));
        }

        await Assert.ThrowsAsync<ArgumentException>(() => A.WriteAsync("k", "v", default(CacheVersion), [.. Enumerable.Range(0, 1_025).Select(i => "t" + i)]));
        Assert.Empty(Keys());
    }

    private static byte[] Flip(byte[] bytes, int bit)
    {
        byte[] copy = [.. bytes];
        copy[bit / 8] ^= (byte)(1 << (bit % 8));
        return copy;
    }
}
