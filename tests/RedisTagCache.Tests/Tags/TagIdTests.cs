using RedisTagCache.Entries.Envelope;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using RedisTagCache.Tags;

namespace RedisTagCache.Tests.Tags;

public sealed class TagIdTests
{
    private static readonly string[] _awkward =
    [
        "a", "A", " ", "  ", "a ", " a", "a b", "a  b", "a\tb", "a\r\nb", "a\nb", "a\rb", "\0", "a\0", "{", "}", "{a}", "{rtc:0}", ":", "a:b", "a,b", "*", "?", "[a]",
        "=a", "#a", "h=a", "s=a", "floor", "hfloor", "é", "e\u0301", "ключ", "鍵", "😀", "\uFFFD", "\uFFFE", "a%20b",
        new('k', 255), new('k', 256), new('k', 257), new('k', 258), new('k', 10_000), new('k', 10_001), new string('k', 9_999) + "l",
        new('ä', 128), new('ä', 129), new string('ä', 127) + "aa", new string('ä', 127) + "aaa",
    ];

    [Fact]
    public void Of_AwkwardTags_DifferWhenTheTagsDiffer()
    {
        var ids = _awkward.Select(tag => Convert.ToHexString(TagId.Of(tag, "tag"))).ToArray();
        Assert.Equal(_awkward.Length, ids.Distinct().Count());
        Assert.Equal(ids, _awkward.Select(tag => Convert.ToHexString(TagId.Of(new string(tag), "tag"))));
    }

    [Fact]
    public void Of_ATagThatLooksLikeAnIdOfAnother_IsNotThatId()
    {
        // The hash form of a long tag, in every way it could be written as a tag of its own.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(new string('k', 257)));
        var id = TagId.Of(new string('k', 257), "tag");
        Assert.Equal([(byte)'#', .. hash], id);
        string[] lookalikes = ["#" + Convert.ToHexString(hash), "#" + Convert.ToHexStringLower(hash), "#" + Encoding.Latin1.GetString(hash), Encoding.Latin1.GetString(hash)];
        foreach (var lookalike in lookalikes)
            Assert.NotEqual(Convert.ToHexString(id), Convert.ToHexString(TagId.Of(lookalike, "tag")));
    }

    [Theory]
    [InlineData("t", 2)]
    [InlineData("鍵", 4)]
    [InlineData("😀", 5)]
    public void Of_AShortTag_IsItsUtf8(string tag, int length)
    {
        var id = TagId.Of(tag, "tag");
        Assert.Equal([(byte)'=', .. Encoding.UTF8.GetBytes(tag)], id);
        Assert.Equal(length, id.Length);
    }

    [Theory]
    [InlineData('k', 256, 257)]
    [InlineData('k', 257, 33)]
    [InlineData('k', 10_000, 33)]
    [InlineData('ä', 128, 257)]
    [InlineData('ä', 129, 33)]
    public void Of_ALongTag_IsHashedFromMoreThan256BytesOn(char character, int count, int length) =>
        Assert.Equal(length, TagId.Of(new string(character, count), "tag").Length);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\\uD800")]
    [InlineData("\\uDC00")]
    [InlineData("a\\uD83D")]
    [InlineData("\\uDE00\\uD83D")]
    [InlineData("long\\uD800")]
    public void Of_NoTag_IsAnArgumentException(string? escaped)
    {
        var tag = escaped?.Replace("long", new string('l', 300), StringComparison.Ordinal);
        var e = Assert.Throws<ArgumentException>(() => TagId.Of(tag is null ? null : Regex.Unescape(tag), "tags"));
        Assert.Equal("tags", e.ParamName);
    }

    [Fact]
    public void Member_OfEitherKind_IsItsLetterAndTheId()
    {
        Assert.Equal("h=t"u8, TagId.Member(TagInvalidationKind.Evict, TagId.Of("t", "tag")));
        Assert.Equal("s=t"u8, TagId.Member(TagInvalidationKind.Expire, TagId.Of("t", "tag")));
    }

    [Theory]
    [InlineData("post:42", "h=post:42")]
    [InlineData("Post:42", "h=Post:42")]
    [InlineData("Straße", "h=Straße")]
    [InlineData("\u212Aey", "h=\u212Aey h=key")]
    public void MembersOf_OfATag_NamesTheFoldedOneTooIfThatIsAscii(string tag, string expected) =>
        Assert.Equal(expected, string.Join(' ', TagId.MembersOf(TagInvalidationKind.Evict, TagId.Of(tag, "tag")).Select(Encoding.UTF8.GetString)));

    [Fact]
    public void TryMembersOf_OfAsciiTags_NamesBothKindsInLowercase()
    {
        var hash = TagId.Of(new string('A', 300), "tag");
        Assert.True(TagId.TryMembersOf(new TagIds([TagId.Of("Post:42", "tag"), hash]), out var members));
        Assert.Equal(["h=post:42", "s=post:42"], members[..2].Select(Encoding.UTF8.GetString));
        Assert.Equal([TagId.Member(TagInvalidationKind.Evict, hash), TagId.Member(TagInvalidationKind.Expire, hash)], members[2..]);
        Assert.True(TagId.TryMembersOf(new TagIds([]), out members));
        Assert.Empty(members);
    }

    [Fact]
    public void TryMembersOf_OfOtherOrTooManyTags_NamesNone()
    {
        Assert.False(TagId.TryMembersOf(new TagIds([TagId.Of("a", "tag"), TagId.Of("Straße", "tag")]), out _));
        Assert.False(TagId.TryMembersOf(new TagIds([.. Enumerable.Range(0, 251).Select(static i => TagId.Of("t" + i, "tag"))]), out _));
    }
}
