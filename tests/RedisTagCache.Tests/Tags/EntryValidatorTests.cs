using System.Buffers;
using RedisTagCache.Entries.Envelope;
using RedisTagCache.Tags;
using RedisTagCache.Tests.Entries.Envelope;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Tags;

public sealed class EntryValidatorTests
{
    [Fact]
    public void Validate_TablePrunedForANewerState_IsInvalidated()
    {
        var table = new TagInvalidationTable();
        for (var i = 0; i < 2_000; i++)
            table.Raise(TagId.Member(TagInvalidationKind.Evict, TagId.Of("other" + i, "tag")), 50);
        table.Raise(TagId.Member(TagInvalidationKind.Evict, TagId.Of("t", "tag")), 80);
        var older = new TagStateSnapshot(new EpochStamp(90, 7, 1), 10, table);
        table.Prune(80);
        byte[][] tags = [TagId.Of("t", "tag")];
        var bytes = new byte[EnvelopeWriter.Measure(tags, 0)];
        EnvelopeWriter.Write(bytes, Envelopes.KeyHash, new EnvelopeHeader(7, 70, 0, long.MaxValue, long.MaxValue, 0), isTagged: true, tags, System.Buffers.ReadOnlySequence<byte>.Empty);
        Assert.True(EnvelopeReader.TryOpen(bytes, Envelopes.KeyHash, out var envelope));
        Assert.Equal(Verdict.Invalidated, EntryValidator.Validate(envelope, older, now: 1));
        Assert.True(older.IsPast(new EpochStamp(70, 7, 1), tags));
    }

    private const ulong Generation = 7;
    private const long Epoch = 200;
    private const long Now = 1_000;

    // The entry carries the tags a, b and c, in this order. Tag invalidations read h:tag:epoch (evicted) and s:tag:epoch (expired).
    [Theory]
    [InlineData(100, 0, "", long.MaxValue, nameof(Verdict.Fresh))]
    [InlineData(100, 0, "h:other:150 s:other:150", long.MaxValue, nameof(Verdict.Fresh))]

    // Evictions.
    [InlineData(100, 0, "h:a:101", long.MaxValue, nameof(Verdict.Invalidated))]
    [InlineData(100, 0, "h:a:100", long.MaxValue, nameof(Verdict.Fresh))]
    [InlineData(100, 0, "h:a:99", long.MaxValue, nameof(Verdict.Fresh))]
    [InlineData(100, 0, "h:a:99 h:b:99 h:c:101", long.MaxValue, nameof(Verdict.Invalidated))]
    [InlineData(100, 0, "h:c:250", long.MaxValue, nameof(Verdict.Invalidated))]

    // Expiries.
    [InlineData(100, 0, "s:a:101", long.MaxValue, nameof(Verdict.Stale))]
    [InlineData(100, 0, "s:a:100", long.MaxValue, nameof(Verdict.Fresh))]
    [InlineData(100, 0, "s:a:99", long.MaxValue, nameof(Verdict.Fresh))]
    [InlineData(100, 0, "s:c:101", long.MaxValue, nameof(Verdict.Stale))]
    [InlineData(100, 0, "s:a:101 s:b:99", long.MaxValue, nameof(Verdict.Stale))]

    // Both.
    [InlineData(100, 0, "s:a:101 h:a:102", long.MaxValue, nameof(Verdict.Invalidated))]
    [InlineData(100, 0, "h:a:101 s:a:102", long.MaxValue, nameof(Verdict.Invalidated))]
    [InlineData(100, 0, "s:a:101 h:c:101", long.MaxValue, nameof(Verdict.Invalidated))]
    [InlineData(100, 0, "h:a:100 s:a:101", long.MaxValue, nameof(Verdict.Stale))]

    // The floor.
    [InlineData(100, 100, "", long.MaxValue, nameof(Verdict.Fresh))]
    [InlineData(100, 101, "", long.MaxValue, nameof(Verdict.Invalidated))]
    [InlineData(100, 101, "", 0, nameof(Verdict.Invalidated))]

    // From the future of what is known.
    [InlineData(200, 0, "", long.MaxValue, nameof(Verdict.Fresh))]
    [InlineData(201, 0, "", long.MaxValue, nameof(Verdict.Invalidated))]
    [InlineData(long.MaxValue, 0, "", long.MaxValue, nameof(Verdict.Invalidated))]

    // Freshness: over at its end, and an invalidated entry stays invalidated.
    [InlineData(100, 0, "", Now + 1, nameof(Verdict.Fresh))]
    [InlineData(100, 0, "", Now, nameof(Verdict.Stale))]
    [InlineData(100, 0, "", Now - 1, nameof(Verdict.Stale))]
    [InlineData(100, 0, "s:b:101", Now - 1, nameof(Verdict.Stale))]
    [InlineData(100, 0, "h:b:101", Now - 1, nameof(Verdict.Invalidated))]
    public void Validate_EntryWithThreeTags_DependsOnItsVersion(long version, long floor, string invalidations, long freshUntil, string expected) =>
        Assert.Equal(expected, Validate(Generation, version, freshUntil, ["a", "b", "c"], floor, invalidations).ToString());

    [Theory]
    [InlineData(Generation - 1)]
    [InlineData(Generation + 1)]
    [InlineData(0UL)]
    [InlineData(ulong.MaxValue)]
    public void Validate_EntryOfAnotherGeneration_IsInvalidated(ulong generation) =>
        Assert.Equal(Verdict.Invalidated, Validate(generation, 100, long.MaxValue, ["a"], 0, ""));

    [Fact]
    public void Validate_EntryWithoutTags_DependsOnlyOnFloorEpochAndGeneration()
    {
        Assert.Equal(Verdict.Fresh, Validate(Generation, 100, long.MaxValue, [], 100, "h:a:150 s:a:150"));
        Assert.Equal(Verdict.Invalidated, Validate(Generation, 100, long.MaxValue, [], 101, ""));
    }

    [Fact]
    public void Validate_ThousandTags_SeesTheLast()
    {
        string[] tags = [.. Enumerable.Range(0, 1_000).Select(i => $"t{i}")];
        Assert.Equal(Verdict.Fresh, Validate(Generation, 100, long.MaxValue, tags, 0, "h:t:101 h:t1000:101"));
        Assert.Equal(Verdict.Invalidated, Validate(Generation, 100, long.MaxValue, tags, 0, "h:t999:101"));
        Assert.Equal(Verdict.Stale, Validate(Generation, 100, long.MaxValue, tags, 0, "s:t999:101"));
    }

    private static Verdict Validate(ulong generation, long version, long freshUntil, string[] tags, long floor, string invalidations)
    {
        var header = Envelopes.Header with { Generation = generation, Epoch = version, FreshUntil = freshUntil };
        var bytes = Envelopes.Write(header, isTagged: true, Envelopes.Ids(tags), ReadOnlySequence<byte>.Empty);
        Assert.True(EnvelopeReader.TryOpen(bytes, Envelopes.KeyHash, out var envelope));
        return EntryValidator.Validate(envelope, new TagStateSnapshot(new EpochStamp(Epoch, Generation, 1), floor, Invalidations.Table(invalidations)), Now);
    }
}
