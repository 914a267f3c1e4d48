using System.Buffers;
using RedisTagCache.Envelope;
using RedisTagCache.Redis;
using RedisTagCache.Store;

namespace RedisTagCache.Tests.Store;

public sealed class JudgeTests
{
    private const ulong Generation = 7;

    [Theory]
    [InlineData(Generation, 10, 0, 0, 0, "Fresh")]
    [InlineData(Generation, 10, 9, 0, 0, "Fresh")]
    [InlineData(Generation, 10, 10, 0, 0, "Fresh")] // begun after the eviction that gave this epoch
    [InlineData(Generation, 10, 11, 0, 0, "Dead")]
    [InlineData(Generation, 10, 0, 11, 0, "Stale")]
    [InlineData(Generation, 10, 0, 10, 0, "Fresh")]
    [InlineData(Generation, 10, 11, 12, 0, "Dead")]
    [InlineData(Generation, 10, 0, 0, 10, "Fresh")]
    [InlineData(Generation, 10, 0, 0, 11, "Dead")]
    [InlineData(Generation, 20, 0, 0, 0, "Fresh")]
    [InlineData(Generation, 21, 0, 0, 0, "Dead")] // from a future that this Redis has lost
    [InlineData(8, 10, 0, 0, 0, "Dead")]
    public void Of_AnEntryWithItsLastTagMarked_FollowsTheRule(ulong generation, long epoch, long hard, long soft, long floor, string verdict)
    {
        var marks = new MarkTable();
        marks.Raise(TagId.Member(MarkKind.Hard, TagId.Of("last", "tag")), hard);
        marks.Raise(TagId.Member(MarkKind.Soft, TagId.Of("last", "tag")), soft);
        marks.Raise(TagId.Member(MarkKind.Hard, TagId.Of("another", "tag")), 20);
        var state = new MirrorState(new EpochStamp(20, Generation, 1), floor, marks);
        Assert.Equal(verdict, Of(new EnvelopeHeader(generation, epoch, 0, long.MaxValue, long.MaxValue, 0), state, now: 1).ToString());
    }

    [Theory]
    [InlineData(99, "Fresh")]
    [InlineData(100, "Stale")]
    public void Of_AnEntryPastItsFreshness_IsStale(long now, string verdict)
    {
        var state = new MirrorState(new EpochStamp(20, Generation, 1), 0, new MarkTable());
        Assert.Equal(verdict, Of(new EnvelopeHeader(Generation, 10, 0, 100, long.MaxValue, 0), state, now).ToString());
    }

    [Fact]
    public void MarkTable_OnlyEverRises_AndPrunesWhatTheFloorCovers()
    {
        var marks = new MarkTable();
        var member = TagId.Member(MarkKind.Hard, TagId.Of("t", "tag"));
        marks.Raise(member, 5);
        marks.Raise(member, 3);
        marks.Raise("floor"u8, 9);
        Assert.Equal(new TagMarks(5, 0), marks[member.AsSpan(1)]);
        Assert.Equal(1, marks.Count);

        for (var i = 0; i < 5_000; i++)
            marks.Raise(TagId.Member(MarkKind.Hard, TagId.Of("t" + i, "tag")), i);
        marks.Prune(4_000);
        Assert.Equal(999, marks.Count);
        Assert.Equal(new TagMarks(4_001, 0), marks[TagId.Of("t4001", "tag")]);
    }

    [Fact]
    public void MarkTable_NotIn_NamesWhatTheOtherLacks()
    {
        var (mine, theirs) = (new MarkTable(), new MarkTable());
        byte[] Member(MarkKind kind, string tag) => TagId.Member(kind, TagId.Of(tag, "tag"));
        mine.Raise(Member(MarkKind.Hard, "lost"), 10);
        mine.Raise(Member(MarkKind.Soft, "lost softly"), 10);
        mine.Raise(Member(MarkKind.Hard, "below the floor"), 3);
        mine.Raise(Member(MarkKind.Hard, "same"), 8);
        theirs.Raise(Member(MarkKind.Hard, "same"), 8);
        mine.Raise(Member(MarkKind.Soft, "evicted since"), 8);
        theirs.Raise(Member(MarkKind.Hard, "evicted since"), 9);
        Assert.Equal(["h=lost", "s=lost softly"], mine.NotIn(theirs, floor: 5).Select(System.Text.Encoding.UTF8.GetString).Order());
    }

    [Fact]
    public void TagId_DiffersWhenTagsDiffer()
    {
        string[] tags = ["a", "A", " ", "#a", "=a", new('t', 256), new('t', 257), new('t', 10_000), new('ä', 129)];
        Assert.Equal(tags.Length, tags.Select(tag => Convert.ToHexString(TagId.Of(tag, "tag"))).Distinct().Count());
        foreach (var bad in new[] { null, "", "\uD800", "a\uDC00b" })
            Assert.Throws<ArgumentException>(() => TagId.Of(bad, "tag"));
    }

    private static Verdict Of(EnvelopeHeader header, MirrorState state, long now)
    {
        byte[][] tags = [TagId.Of("first", "tag"), TagId.Of("last", "tag")];
        var bytes = new byte[EnvelopeWriter.Measure(tags, 0)];
        EnvelopeWriter.Write(bytes, header, isTagged: true, tags, ReadOnlySequence<byte>.Empty);
        Assert.True(EnvelopeReader.TryOpen(bytes, out var envelope));
        return Judge.Of(envelope, state, now);
    }
}
