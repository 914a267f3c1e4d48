using System.Security.Cryptography;
using System.Text;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Topology;

/// <summary>Entries of values and the leases on them, by the names that copies have.</summary>
public sealed class LeaseKeyTests
{
    private static readonly KeySpace _keys = new("rtc", "build", 3);

    // The last ones begin with a surrogate pair, or with half of one.
    private static readonly string[] _any =
    [
        "k", " ", ":", "{}", "h:", "lh:", "ключ", "😀", new string('k', 512), new string('k', 513), new string('鍵', 171), "\0", "\uFFFD",
        "\uD800", "\uD800k", "\uDC00", "\uDC00k", "\uD800\uD800", "\uD801k", "\U00010000", "\U00010000k", "\U000100FF", "\U000103FF", "\U00010400", "\U0010FFFF",
        "\U00010000" + new string('k', 600),
    ];

    [Fact]
    public void Locate_ByName_IsWhereTheKeyLies()
    {
        Assert.All(_any, key => Check(CacheRegion.Hybrid, key));
        Assert.All(_any, key => Check(CacheRegion.Output, key));

        static void Check(CacheRegion region, string key)
        {
            var entry = _keys.Locate(new CacheEntryKey(region, key));
            var address = _keys.Locate(region, entry.Partition, KeySpace.NameOf(key));
            Assert.Equal((byte[])entry.Key!, (byte[])address.Key!);
            Assert.Same(entry.Partition, address.Partition);

            // The lease lies beside the entry, and is told from it by one letter.
            var (at, name) = (entry.Partition.HashTag.Length, Encoding.UTF8.GetString((byte[])entry.Key!));
            Assert.Equal(name.Remove(at + 1, 1).Insert(at + 1, "l"), Encoding.UTF8.GetString((byte[])address.Lease!));
        }
    }

    [Fact]
    public void NameOf_AnEntryInRedis_IsTheNameOfItsKey() => Assert.All(_any, key =>
    {
        var entry = _keys.Locate(new CacheEntryKey(CacheRegion.Hybrid, key));
        byte[] bytes = entry.Key!;
        Assert.Equal(KeySpace.NameOf(key), _keys.NameOf(CacheRegion.Hybrid, entry.Partition, bytes));

        Assert.Null(_keys.NameOf(CacheRegion.Output, entry.Partition, bytes));
        Assert.Null(_keys.NameOf(CacheRegion.Hybrid, _keys.Partitions[(entry.Partition.Index + 1) % 3], bytes));
        Assert.Null(new KeySpace("rtc", "other", 3).NameOf(CacheRegion.Hybrid, entry.Partition, bytes));
    });

    [Fact]
    public void IsName_OfAKey_TellsWhetherItIsItsOwnName() => Assert.All(_any, key => Assert.Equal(KeySpace.IsName(key), KeySpace.NameOf(key) == key));

    [Fact]
    public void Names_OfDifferentKeys_Differ()
    {
        string[] keys = [.. _any, Convert.ToHexStringLower(SHA256.HashData(Encoding.Unicode.GetBytes(new string('k', 513))))];
        Assert.Equal(keys.Length, keys.Select(KeySpace.NameOf).Distinct().Count());
        Assert.Equal(keys.Length, keys.Select(key => Convert.ToHexString((byte[])_keys.Locate(CacheRegion.Hybrid, _keys.Partitions[0], KeySpace.NameOf(key)).Lease!)).Distinct().Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("last")]
    [InlineData("floor")]
    [InlineData("{rtc:0}:epoch")]
    [InlineData("{rtc:0}:l:hybrid:build:k")]
    [InlineData("{rtc:0}:e:hybrid:build")]
    [InlineData("{rtc:0}:e:hybrid:-:k")]
    public void NameOf_WhatIsNoEntryOfTheRegion_IsNone(string entry) =>
        Assert.Null(_keys.NameOf(CacheRegion.Hybrid, _keys.Partitions[0], Encoding.UTF8.GetBytes(entry)));
}
