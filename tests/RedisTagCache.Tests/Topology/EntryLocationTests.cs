using System.IO.Hashing;
using System.Text;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Topology;

/// <summary>The hash that an entry carries of its key: every instance and every build must compute the same.</summary>
public sealed class EntryLocationTests
{
    private static readonly CacheRegion _pages = new("pages", isTagged: true, isIsolatedByBuild: true);
    private static readonly KeySpace _keys = new("rtc", "build", 1);

    /// <summary>Expected values are those of the reference implementation of XXH3.</summary>
    public static TheoryData<string, ulong> Known => new()
    {
        { "post:42", 0x23cf94a727832979 },
        { "ключ 鍵 😀", 0xd7c18a333ad5fbc9 },
        { new string('鍵', 170), 0x79aa4ad4e6a7968e },
        { new string('k', 600), 0xcb5f2d636d62e301 },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void KeyHashOf_KnownKey_IsXxh3OfTheKeyInRedis(string key, ulong expected)
    {
        var address = _keys.Locate(new CacheEntryKey(_pages, key));
        Assert.Equal(expected, address.KeyHash);
        Assert.Equal(expected, XxHash3.HashToUInt64((byte[])address.Key!));
        Assert.Equal(expected, _keys.Locate(_pages, address.Partition, KeySpace.NameOf(key)).KeyHash);
        var stored = StoredKey.Of(address.Partition, "pages", "build", key);
        Assert.Equal((expected, expected), (stored.KeyHash, stored.Location.KeyHash));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(340)]
    [InlineData(341)]
    [InlineData(1_024)]
    [InlineData(5_000)]
    public void KeyHashOf_PrefixAndNameOfAnyLength_IsThatOfBothTogether(int length)
    {
        foreach (var name in (string[])[new('n', length), new('鍵', length)])
        {
            foreach (var prefix in (string[])["", "p:", new('p', length)])
                Assert.Equal(XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(prefix + name)), EntryLocation.KeyHashOf(Encoding.UTF8.GetBytes(prefix), name));
        }
    }

    [Fact]
    public void KeyHashOf_KeyOfUnknownEncoding_IsThatOfItsBytes()
    {
        byte[] key = [.. "{rtc:0}:e:pages:build:"u8, 0xFF, 0xC0, 0x80];
        Assert.True(StoredKey.TryParse(key, _keys.Partitions.ToDictionary(static partition => partition.HashTag), out var stored));
        Assert.Equal(XxHash3.HashToUInt64(key), stored.KeyHash);
    }

    [Fact]
    public void Locate_OtherRegionBuildPrefixOrPartition_GivesAnotherHash()
    {
        var other = new CacheRegion("other", isTagged: true, isIsolatedByBuild: true);
        var shared = new CacheRegion("pages", isTagged: true, isIsolatedByBuild: false);
        EntryLocation[] addresses =
        [
            _keys.Locate(new CacheEntryKey(_pages, "k")), _keys.Locate(new CacheEntryKey(_pages, "K")), _keys.Locate(new CacheEntryKey(other, "k")),
            _keys.Locate(new CacheEntryKey(shared, "k")), new KeySpace("rtc", "next", 1).Locate(new CacheEntryKey(_pages, "k")),
            new KeySpace("rtc2", "build", 1).Locate(new CacheEntryKey(_pages, "k")), new KeySpace("rtc", "build", 2).Locate(new CacheEntryKey(_pages, "k")),
        ];
        Assert.Equal(addresses.Length, addresses.Select(static address => address.KeyHash).Distinct().Count());
    }

    [Fact]
    public void KeyHashOf_KeyThatIsStoredAsItIs_AllocatesNothing()
    {
        var (prefix, name) = ("{rtc:0}:e:pages:build:"u8.ToArray(), new string('k', 512));
        EntryLocation.KeyHashOf(prefix, name);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            EntryLocation.KeyHashOf(prefix, name);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000); // a rented buffer may be trimmed in between
    }
}
