using System.Text;
using RedisTagCache.Tags;

namespace RedisTagCache.Tests.Tags;

public sealed class TagFoldTests
{
    [Theory]
    [InlineData("post:7", "POST:7")]
    [InlineData("p:stra\u00DFe", "P:STRA\u1E9EE")]
    [InlineData("\u03C3\u03C2", "\u03A3\u03A3")] // sigma and final sigma
    [InlineData("k", "\u212A")] // the Kelvin sign
    [InlineData("\u00E5", "\u212B")] // the Angstrom sign
    [InlineData("\u1FB3", "\u1FBC")]
    [InlineData("\U00010428", "\U00010400")] // Deseret, in surrogates
    public void Fold_SpellingsInAnotherCase_AreEqual(string left, string right) => AreEqual(left, right);

    [Theory]
    [InlineData("caf\u00E9", "CAFE\u0301")]
    [InlineData("\u1E96", "H\u0331")] // has no composed upper case
    [InlineData("\u0438\u0306", "\u0419")]
    [InlineData("\uAC00", "\u1100\u1161")]
    [InlineData("\u0130", "i\u0307")]
    public void Fold_ComposedAndDecomposed_AreEqual(string left, string right)
    {
        Assert.SkipUnless("\u00E9".Normalize(NormalizationForm.FormD).Length == 2, "The platform does not normalize in invariant globalization mode.");
        AreEqual(left, right);
    }

    private static void AreEqual(string left, string right)
    {
        foreach (var padding in new[] { 0, 100, 245, 250, 253, 254, 255, 256, 300 })
        {
            var (one, other) = (TagId.Of(new string('x', padding) + left, "tag"), TagId.Of(new string('X', padding) + right, "tag"));
            Assert.True(TagFold.AreEqual(one, other), $"with {padding} before it");
            var table = new TagInvalidationTable();
            table.Raise(TagId.Member(TagInvalidationKind.Evict, one), 5);
            Assert.Equal(5, table[other].EvictedAt);
            table.Raise(TagId.Member(TagInvalidationKind.Expire, other), 6);
            Assert.Equal(new TagInvalidations(5, 6), table[one]);
            Assert.Equal(1, table.Count);
        }
    }

    [Theory]
    [InlineData("post:7", "post:70")]
    [InlineData("a", "\u00E4")]
    [InlineData("i", "\u0131")] // dotless i: ASP.NET Core's keys tell the two apart as well
    [InlineData("ss", "\u00DF")]
    [InlineData("a", "a ")]
    [InlineData("[", "{")] // one bit apart, like letters of two cases
    [InlineData("@", "`")]
    [InlineData("\uFFFE", "\uFFFD")]
    public void Fold_DifferentTags_AreDifferent(string left, string right) => Assert.False(TagFold.AreEqual(TagId.Of(left, "tag"), TagId.Of(right, "tag")));

    [Fact]
    public void Fold_EveryCharacter_EqualsItsInvariantUpperCase()
    {
        for (var c = '\u0001'; c < '\uFFFF'; c++)
        {
            if (!char.IsSurrogate(c))
                Assert.True(TagFold.AreEqual(TagId.Of(c.ToString(), "tag"), TagId.Of(char.ToUpperInvariant(c).ToString(), "tag")), $"U+{(int)c:X4}");
        }
    }

    [Fact]
    public void Fold_OfAFoldedId_IsThatId()
    {
        var folded = new byte[TagFold.MaxId];
        var again = new byte[TagFold.MaxId];
        foreach (var tag in new[] { "post:7", "POST:7", "\u03A3", "\uAC00", "\uFFFE\u00C9", new('\uAC00', 80), new('\u0390', 128), new('A', 257) })
        {
            var length = TagFold.Fold(TagId.Of(tag, "tag"), folded);
            Assert.Equal(folded[..length], again[..TagFold.Fold(folded.AsSpan(0, length), again)]);
        }
    }

    [Theory]
    [InlineData("=post:7", true)]
    [InlineData("=Post:7", false)]
    [InlineData("=\u00E9", false)]
    [InlineData("#A", true)]
    [InlineData("", true)]
    public void IsFolded_TellsWhetherThereIsAnythingToDo(string id, bool expected) => Assert.Equal(expected, TagFold.IsFolded(Encoding.UTF8.GetBytes(id)));

    [Fact]
    public void Fold_ForeignBytes_EqualOnlyThemselves()
    {
        byte[] foreign = [(byte)'=', 0xC3, 0x28, (byte)'A'];
        Assert.True(TagFold.AreEqual(foreign, [.. foreign]));
        Assert.False(TagFold.AreEqual(foreign, [(byte)'=', 0xC3, 0x28, (byte)'a']));
        Assert.False(TagFold.AreEqual(new byte[1_000], new byte[1_001]));
        var table = new TagInvalidationTable();
        table.Raise([(byte)'h', .. foreign], 5);
        table.Raise([(byte)'h', .. new byte[1_000]], 6);
        Assert.Equal((5, 6), (table[foreign].EvictedAt, table[new byte[1_000]].EvictedAt));
    }

    [Fact]
    public void Get_AsciiTags_AllocatesNothing()
    {
        var table = new TagInvalidationTable();
        var (lower, upper) = (TagId.Of("post:7", "tag"), TagId.Of("POST:7", "tag"));
        table.Raise(TagId.Member(TagInvalidationKind.Evict, lower), 5);
        Assert.Equal(10, table[lower].EvictedAt + table[upper].EvictedAt);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            _ = table[lower].EvictedAt + table[upper].EvictedAt;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
