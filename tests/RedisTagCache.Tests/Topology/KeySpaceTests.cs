using System.Security.Cryptography;
using System.Text;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Topology;

public sealed class KeySpaceTests
{
    private static readonly CacheRegion _pages = new("pages", isTagged: true, isIsolatedByBuild: true);
    private static readonly KeySpace _keys = new("rtc", "build", 1);

    private static readonly string[] _awkward =
    [
        "a", "A", " ", "  ", "a ", " a", "a b", "a\tb", "a\r\nb", "a\nb", "a\rb", "\0", "a\0", "{", "}", "{a}", "}{", "{rtc:1}", "{}", ":", "a:b", "::", "*", "?", "[a]",
        "e", "e:pages:build:a", "eh", "é", "e\u0301", "ключ", "鍵", "😀", "\uFFFD", "a\uFFFD", "%20",
        "\U00010000", "\U00010000a", "\U00010001a", "\U000103FF", "\uD800", "\uD801", "\uDC00", "a\uD83D", "\uDE00\uD83D", "😀\uD83D",
        new('k', 511), new('k', 512), new('k', 513), new('k', 514), new('k', 10_000), new('k', 10_001), new string('k', 9_999) + "l",
        new('ä', 256), new('ä', 257), new('鍵', 170), new('鍵', 171),
    ];

    [Fact]
    public void Locate_AwkwardKeys_KeepsThemApart()
    {
        var names = _awkward.Select(key => Name(_keys, _pages, key)).ToArray();
        Assert.Equal(_awkward.Length, names.Distinct().Count());
        Assert.Equal(names, _awkward.Select(key => Name(new KeySpace("rtc", "build", 1), _pages, new string(key))));
    }

    [Fact]
    public void Locate_AnyKey_HasTheHashTagOfItsPartitionFirst()
    {
        var keys = new KeySpace("my-app_1.x", "build", 32);
        foreach (var key in _awkward)
        {
            var address = keys.Locate(new CacheEntryKey(_pages, key));
            var name = (string)address.Key!;
            Assert.StartsWith($"{{my-app_1.x:32.{address.Partition.Index}.", name, StringComparison.Ordinal);
            Assert.Equal(address.Partition.HashTag, name[..(name.IndexOf('}', StringComparison.Ordinal) + 1)]);
            Assert.StartsWith(address.Partition.HashTag + ":e", name, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("post:42", "{rtc:0}:e:pages:build:post:42")]
    [InlineData("{x}", "{rtc:0}:e:pages:build:{x}")]
    [InlineData("a\r\nb", "{rtc:0}:e:pages:build:a\r\nb")]
    public void Locate_AShortKey_KeepsItReadable(string key, string expected) => Assert.Equal(expected, Name(_keys, _pages, key));

    [Theory]
    [InlineData('k', 512, false)]
    [InlineData('k', 513, true)]
    [InlineData('ä', 256, false)]
    [InlineData('ä', 257, true)]
    [InlineData('鍵', 170, false)]
    [InlineData('鍵', 171, true)]
    [InlineData('\uD800', 1, true)]
    public void Locate_ALongOrIllFormedKey_IsHashed(char character, int count, bool isHashed)
    {
        var key = new string(character, count);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.Unicode.GetBytes(key)));
        if (character == '\uD800')
            hash = Convert.ToHexStringLower(SHA256.HashData([0x00, 0xD8])); // the encoding would replace it
        Assert.Equal(isHashed ? "{rtc:0}:eh:pages:build:" + hash : "{rtc:0}:e:pages:build:" + key, Name(_keys, _pages, key));
    }

    [Fact]
    public void Locate_AKeyThatLooksLikeAHash_IsNotTheKeyBehindIt()
    {
        var hashed = Name(_keys, _pages, new string('k', 513));
        var hash = hashed[(hashed.LastIndexOf(':') + 1)..];
        foreach (var key in new[] { hash, "h:" + hash, "eh:" + hash, hashed, hash.ToUpperInvariant() })
            Assert.NotEqual(hashed, Name(_keys, _pages, key));
    }

    [Fact]
    public void Locate_ByName_IsWhereTheKeyIs_AndTellsTheName()
    {
        foreach (var key in _awkward)
        {
            var name = KeySpace.NameOf(key);
            var entry = _keys.Locate(_pages, _keys.Partitions[0], name).Key;
            Assert.Equal(_keys.Locate(new CacheEntryKey(_pages, key)).Key, entry);
            Assert.Equal(name, _keys.NameOf(_pages, _keys.Partitions[0], (byte[])entry!));
            Assert.Equal(name == key, KeySpace.IsName(key));
        }
    }

    [Fact]
    public void Locate_OnRegionsAndBuilds_KeepsThemApart()
    {
        var shared = new CacheRegion("pages-shared", isTagged: true, isIsolatedByBuild: false);
        var other = new KeySpace("rtc", "other", 1);
        string[] names =
        [
            Name(_keys, _pages, "k"), Name(_keys, CacheRegion.Output, "k"), Name(_keys, shared, "k"), Name(other, _pages, "k"), Name(other, CacheRegion.Output, "k"),
            Name(new KeySpace("rtc2", "build", 1), _pages, "k"),
        ];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Equal(Name(_keys, shared, "k"), Name(other, shared, "k"));
        Assert.Equal("{rtc:0}:e:pages-shared:-:k", Name(_keys, shared, "k"));
    }

    [Theory]
    [InlineData("epoch")]
    [InlineData("marks")]
    [InlineData("staged:")]
    public void Partition_OwnKeys_AreNoEntries(string name)
    {
        var partition = new KeySpace("rtc", "build", 2).Partitions[1];
        var own = name switch { "epoch" => (string)partition.Epoch!, "marks" => (string)partition.Marks!, _ => partition.StagedPrefix };
        Assert.Equal(partition.HashTag + ":" + name, own);
        Assert.DoesNotContain(_awkward, key => Name(new KeySpace("rtc", "build", 2), _pages, key) == own);
    }

    private static string Name(KeySpace keys, CacheRegion region, string key) =>
        Encoding.UTF8.GetString((byte[])keys.Locate(new CacheEntryKey(region, key)).Key!);
}
