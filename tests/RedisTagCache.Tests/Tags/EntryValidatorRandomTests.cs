using System.Buffers;
using RedisTagCache.Entries.Envelope;
using RedisTagCache.Tags;
using RedisTagCache.Tests.Entries.Envelope;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Tags;

/// <summary>Random entries and local copies, validated as the definition says it.</summary>
public sealed class EntryValidatorRandomTests
{
    private static readonly string[] _names = ["a", "b", "c", "d", "*"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Validate_AnyEntryOrCopy_AgreesWithTheDefinition(int seed)
    {
        var random = new Random(seed);
        var seen = new Dictionary<Verdict, int>();
        for (var i = 0; i < 20_000; i++)
        {
            // Few numbers, so that they meet.
            var known = new EpochStamp(random.Next(1, 12), (ulong)random.Next(7, 9), (uint)random.Next(1, 3));
            var startedAt = new EpochStamp(random.Next(1, 12), random.Next(8) == 0 ? 9 : known.Generation, random.Next(8) == 0 ? 9 : known.Run);
            var floor = random.Next(5);
            (string Kind, string Tag, long Epoch)[] invalidations = [.. Enumerable.Range(0, random.Next(4)).Select(_ => (random.Next(2) == 0 ? "h" : "s", _names[random.Next(5)], random.NextInt64(14)))];
            string[] tags = [.. _names.Where(_ => random.Next(3) == 0)];
            var state = new TagStateSnapshot(known, floor, Invalidations.Table(string.Join(' ', invalidations.Select(one => $"{one.Kind}:{one.Tag}:{one.Epoch}"))));

            var isInvalidated = startedAt.Epoch > known.Epoch || startedAt.Epoch < floor || invalidations.Any(one => one.Kind == "h" && tags.Contains(one.Tag) && one.Epoch > startedAt.Epoch);
            var isStale = invalidations.Any(one => one.Kind == "s" && tags.Contains(one.Tag) && one.Epoch > startedAt.Epoch);
            Check(OfCopy(startedAt, tags, state), isInvalidated || startedAt.Generation != known.Generation || startedAt.Run != known.Run, isStale);
            Check(OfEntry(startedAt, tags, state, freshUntil: 10, now: 9), isInvalidated || startedAt.Generation != known.Generation, isStale);
            Check(OfEntry(startedAt, tags, state, freshUntil: 10, now: 10), isInvalidated || startedAt.Generation != known.Generation, true);
        }

        Assert.All(Enum.GetValues<Verdict>(), verdict => Assert.InRange(seen[verdict], 5_000, 55_000)); // all ways were taken

        void Check(Verdict verdict, bool isInvalidated, bool isStale)
        {
            Assert.Equal(isInvalidated ? Verdict.Invalidated : isStale ? Verdict.Stale : Verdict.Fresh, verdict);
            seen[verdict] = seen.GetValueOrDefault(verdict) + 1;
        }
    }

    [Fact]
    public void Validate_CopyWithATablePrunedForANewerState_IsInvalidated()
    {
        var table = new TagInvalidationTable();
        for (var i = 0; i < 2_000; i++)
            table.Raise(Invalidations.Member("h", $"other{i}"), 50);
        table.Raise(Invalidations.Member("h", "t"), 80);
        var older = new TagStateSnapshot(new EpochStamp(90, 7, 1), 10, table);
        table.Prune(80);
        Assert.Equal(Verdict.Invalidated, OfCopy(new EpochStamp(79, 7, 1), ["t"], older));
        Assert.Equal(Verdict.Fresh, OfCopy(new EpochStamp(80, 7, 1), ["t"], older));
    }

    [Fact]
    public void Validate_CopyOfAnUnknownVersion_IsInvalidated()
    {
        var state = new TagStateSnapshot(new EpochStamp(5, 7, 1), 0, new TagInvalidationTable());
        Assert.Equal(Verdict.Invalidated, EntryValidator.Validate(default, [], state));
        Assert.Equal(Verdict.Invalidated, EntryValidator.Validate(CacheVersion.Unknown, [], state));
    }

    private static Verdict OfCopy(EpochStamp startedAt, string[] tags, TagStateSnapshot state) => EntryValidator.Validate(new CacheVersion(startedAt), Envelopes.Ids(tags), state);

    private static Verdict OfEntry(EpochStamp startedAt, string[] tags, TagStateSnapshot state, long freshUntil, long now)
    {
        var header = Envelopes.Header with { Generation = startedAt.Generation, Epoch = startedAt.Epoch, FreshUntil = freshUntil };
        Assert.True(EnvelopeReader.TryOpen(Envelopes.Write(header, isTagged: true, Envelopes.Ids(tags), ReadOnlySequence<byte>.Empty), Envelopes.KeyHash, out var envelope));
        return EntryValidator.Validate(envelope, state, now);
    }
}
