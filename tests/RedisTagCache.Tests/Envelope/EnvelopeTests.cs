using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using RedisTagCache.Envelope;
using RedisTagCache.Tests.Architecture;

namespace RedisTagCache.Tests.Envelope;

public sealed class EnvelopeTests
{
    private static readonly EnvelopeHeader _header = new(0x1122334455667788, 1763862000000123, 1763862000123, 1763862060123, 1763862120123, 0);
    private static readonly byte[][] _tags = [[.. "=post:42"u8], [.. "=*"u8]];
    private static readonly byte[] _payload = [.. "payload"u8];

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 7)]
    [InlineData(1_000, 100_000)]
    public void TryOpen_OfWhatWasWritten_GivesItBack(int tagCount, int length)
    {
        var tags = Enumerable.Range(0, tagCount).Select(i => BitConverter.GetBytes(i)).ToArray();
        var payload = new byte[length];
        new Random(1).NextBytes(payload);
        Assert.True(EnvelopeReader.TryOpen(Write(_header, true, tags, payload), out var envelope));
        Assert.Equal(_header, envelope.Header);
        Assert.True(envelope.IsTagged);
        var read = new List<byte[]>();
        foreach (var tag in envelope.Tags)
            read.Add(tag.ToArray());
        Assert.Equal(tags, read);
        Assert.Equal(payload, Write(_header, true, tags, payload)[envelope.PayloadOffset..]);
    }

    [Fact]
    public void TryOpen_WithAnyBitFlippedOrAnyByteMissingOrAdded_IsFalse()
    {
        var whole = Write(_header, true, _tags, _payload);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var bytes = whole.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(EnvelopeReader.TryOpen(bytes, out _), $"bit {bit}");
        }

        for (var length = 0; length < whole.Length; length++)
            Assert.False(EnvelopeReader.TryOpen(whole.AsSpan(0, length), out _), $"length {length}");
        Assert.False(EnvelopeReader.TryOpen([.. whole, 0], out _));
    }

    [Fact]
    public void TryOpen_OfLyingLengthsWithARightChecksum_IsFalseOrSafe()
    {
        var random = new Random(2);
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = Write(_header, true, _tags, _payload);
            var at = random.Next(EnvelopeLayout.ChecksumFrom, EnvelopeLayout.TagsAt + 12);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), (ushort)random.Next(ushort.MaxValue));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(EnvelopeLayout.ChecksumAt), XxHash3.HashToUInt64(bytes.AsSpan(EnvelopeLayout.ChecksumFrom)));
            if (!EnvelopeReader.TryOpen(bytes, out var envelope))
                continue;
            foreach (var tag in envelope.Tags)
                Assert.True(tag.Length < bytes.Length);
        }
    }

    [Fact]
    public void TryOpen_OfRandomAndForeignBytes_IsFalse()
    {
        var random = new Random(3);
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (i % 2 == 0 && bytes.Length > 4)
                "RTC\u0001"u8.CopyTo(bytes);
            Assert.False(EnvelopeReader.TryOpen(bytes, out _));
            EnvelopeReader.IsOfLaterVersion(bytes);
            EnvelopeReader.TryPeekSliding(bytes, out _, out _);
        }
    }

    [Fact]
    public void IsOfLaterVersion_TellsTheFutureFromDamage()
    {
        var bytes = Write(_header, true, _tags, _payload);
        Assert.False(EnvelopeReader.IsOfLaterVersion(bytes));
        var flagged = bytes.ToArray();
        flagged[EnvelopeLayout.FlagsAt] |= 0x80;
        Assert.True(EnvelopeReader.IsOfLaterVersion(flagged));
        bytes[EnvelopeLayout.VersionAt] = 2;
        Assert.True(EnvelopeReader.IsOfLaterVersion(bytes));
        Assert.False(EnvelopeReader.IsOfLaterVersion("<html>"u8));
    }

    [Theory]
    [InlineData("envelope-v1-tagged.bin", true)]
    [InlineData("envelope-v1-sliding.bin", false)]
    public void Snapshot_IsReadAsEver_AndWrittenTheSame(string name, bool isTagged)
    {
        var header = isTagged ? _header : new EnvelopeHeader(0, 0, 1763862000123, long.MaxValue, 1763865600123, 1_200_000);
        var snapshot = File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "Snapshots", name));
        Assert.True(EnvelopeReader.TryOpen(snapshot, out var envelope));
        Assert.Equal(header, envelope.Header);
        Assert.Equal(isTagged, envelope.IsTagged);
        Assert.Equal(_payload, snapshot[envelope.PayloadOffset..]);
        Assert.Equal(snapshot, Write(header, isTagged, isTagged ? _tags : [], _payload));
        Assert.Equal(!isTagged, EnvelopeReader.TryPeekSliding(snapshot, out var sliding, out var endsAt));
        Assert.Equal(isTagged ? (0, _header.EndsAt) : (1_200_000, 1763865600123), (sliding, endsAt));
    }

    private static byte[] Write(EnvelopeHeader header, bool isTagged, byte[][] tags, byte[] payload)
    {
        var bytes = new byte[EnvelopeWriter.Measure(tags, payload.Length)];
        EnvelopeWriter.Write(bytes, header, isTagged, tags, new ReadOnlySequence<byte>(payload));
        return bytes;
    }
}
