using System.Text;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Topology;

/// <summary>Keys of entries, taken apart as they were put together.</summary>
public sealed class StoredKeyTests
{
    private static readonly KeySpace _keys = new("rtc", "b%3A1", 3);
    private static readonly Dictionary<string, Partition> _byHashTag = _keys.Partitions.ToDictionary(partition => partition.HashTag);

    [Theory]
    [InlineData("k")]
    [InlineData("a:b:c")]
    [InlineData(":")]
    [InlineData("{x}:e:output:b:k")]
    [InlineData("schlüssel \u0001 \U0001F600")]
    public void TryParse_OfAnyEntry_GivesItsParts(string key)
    {
        var address = _keys.Locate(new CacheEntryKey(CacheRegion.Output, key));
        Assert.True(StoredKey.TryParse((byte[])address.Key!, _byHashTag, out var stored));
        Assert.Equal((address.Partition, "output", "b%3A1", key, false), (stored.Partition, stored.Region, stored.Build, stored.Name, stored.IsHashed));
        Assert.Equal(address.Key, StoredKey.Of(address.Partition, "output", "b%3A1", key).Key);
        Assert.Equal(_keys.Locate(CacheRegion.Output, address.Partition, KeySpace.NameOf(key)).Lease, stored.Location.Lease);
    }

    [Fact]
    public void TryParse_OfALongKey_GivesItsHash()
    {
        var key = new string('x', 600);
        var address = _keys.Locate(new CacheEntryKey(CacheRegion.Output, key));
        Assert.True(StoredKey.TryParse((byte[])address.Key!, _byHashTag, out var stored));
        Assert.True(stored.IsHashed);
        Assert.Equal(address.Key, StoredKey.Of(address.Partition, "output", "b%3A1", key).Key);
        Assert.Equal(_keys.Locate(CacheRegion.Output, address.Partition, KeySpace.NameOf(key)).Lease, stored.Location.Lease);
    }

    [Theory]
    [InlineData("")]
    [InlineData("k")]
    [InlineData("{rtc:0}:e:output:b:k")]
    [InlineData("TAG:epoch")]
    [InlineData("TAG:marks")]
    [InlineData("TAG:l:output:b:k")]
    [InlineData("TAG:e:output:b")]
    [InlineData("TAG:e::b:k")]
    [InlineData("TAG:extra:output:b:k")]
    public void TryParse_OfAnythingElse_IsFalse(string key) =>
        Assert.False(StoredKey.TryParse(Encoding.UTF8.GetBytes(key.Replace("TAG", _keys.Partitions[0].HashTag, StringComparison.Ordinal)), _byHashTag, out _));

    [Theory]
    [InlineData("a b", "a%20b")]
    [InlineData("a%20b", "a%20b")]
    [InlineData("-", "%2D")]
    [InlineData("1.2.0+4f9c", "1.2.0+4f9c")]
    public void Normalize_OfANameOrItsEscapedForm_IsTheEscapedForm(string name, string escaped) => Assert.Equal(escaped, BuildName.Normalize(name));
}
