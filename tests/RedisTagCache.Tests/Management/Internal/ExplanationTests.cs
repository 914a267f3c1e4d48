using System.Buffers;
using RedisTagCache.Entries.Envelope;
using RedisTagCache.Management;
using RedisTagCache.Management.Internal;
using RedisTagCache.Tags;
using RedisTagCache.Tests.Entries.Envelope;
using RedisTagCache.Tests.Tags;
using RedisTagCache.Topology;

namespace RedisTagCache.Tests.Management.Internal;

/// <summary>Why an entry has its status.</summary>
public sealed class ExplanationTests
{
    private static readonly string[] _names = ["a", "b", "c"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Of_AnyEntry_IsTheVerdictOfTheValidatorWithAReasonThatHolds(int seed)
    {
        var random = new Random(seed);
        var seen = new HashSet<CacheStatusReason>();
        for (var i = 0; i < 20_000; i++)
        {
            var known = new EpochStamp(random.Next(4, 12), 7, 1);
            var floor = random.Next(6);
            (string Kind, string Tag, long Epoch)[] invalidations = [.. Enumerable.Range(0, random.Next(4)).Select(_ => (random.Next(2) == 0 ? "h" : "s", _names[random.Next(3)], random.NextInt64(12)))];
            string[] tags = [.. _names.Where(_ => random.Next(3) == 0)];
            var state = new TagStateSnapshot(known, floor, Invalidations.Table(string.Join(' ', invalidations.Select(one => $"{one.Kind}:{one.Tag}:{one.Epoch}"))));
            var startedAt = random.Next(1, 14);
            var header = new EnvelopeHeader(random.Next(8) == 0 ? 9UL : 7UL, startedAt, 1, 10, long.MaxValue, 0);
            var bytes = Envelopes.Write(header, isTagged: true, Envelopes.Ids(tags), new ReadOnlySequence<byte>("payload"u8.ToArray()));
            Assert.True(EnvelopeReader.TryOpenStart(bytes, bytes.Length, Envelopes.KeyHash, out var envelope, out _));
            var now = random.Next(9, 11);

            var explained = Explanation.Of(envelope, state, default, now);
            Assert.Equal(EntryValidator.Validate(envelope, state, now).ToString(), explained.Status.ToString());
            seen.Add(explained.Reason);
            Assert.True(explained.Reason switch
            {
                CacheStatusReason.None => now < 10,
                CacheStatusReason.FreshnessEnded => now >= 10,
                CacheStatusReason.TagExpired => tags.Contains(explained.Tag) && invalidations.Any(one => one.Kind == "s" && one.Tag == explained.Tag && one.Epoch > startedAt),
                CacheStatusReason.TagEvicted => tags.Contains(explained.Tag) && invalidations.Any(one => one.Kind == "h" && one.Tag == explained.Tag && one.Epoch > startedAt),
                CacheStatusReason.BelowFloor => startedAt < floor,
                CacheStatusReason.OtherGeneration => header.Generation != 7,
                CacheStatusReason.AheadOfHistory => startedAt > known.Epoch,
                _ => false,
            });
        }

        Assert.Equal(7, seen.Count);
    }

    [Fact]
    public void TryOpenStart_OfTooFewBytes_TellsHowManyAreNeeded()
    {
        var bytes = Envelopes.Small();
        Assert.False(EnvelopeReader.TryOpenStart(bytes.AsSpan(0, 83), bytes.Length, Envelopes.KeyHash, out _, out var needed));
        Assert.Equal(bytes.Length - "payload".Length, needed);
        Assert.True(EnvelopeReader.TryOpenStart(bytes.AsSpan(0, needed), bytes.Length, Envelopes.KeyHash, out var envelope, out _));
        Assert.Equal(2, envelope.TagCount);
        Assert.False(EnvelopeReader.TryOpenStart(bytes, bytes.Length + 1, Envelopes.KeyHash, out _, out needed));
        Assert.Equal(0, needed);
    }
}
