using System.Buffers;
using System.Text;
using RedisTagCache.Entries.Envelope;

namespace RedisTagCache.Tests.Entries.Envelope;

public sealed class EnvelopeWriterTests
{
    [Theory]
    [InlineData(0UL, 0, 0, 0, 0, 0)]
    [InlineData(1UL, 2, 3, 4, 5, 6)]
    [InlineData(ulong.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue)]
    [InlineData(0x0102030405060708UL, 0x1112131415161718, 0x2122232425262728, 0x3132333435363738, 0x4142434445464748, 0x5152535455565758)]
    public void Write_AnyHeader_IsReadBack(ulong generation, long epoch, long createdAt, long freshUntil, long endsAt, long sliding)
    {
        var header = new EnvelopeHeader(generation, epoch, createdAt, freshUntil, endsAt, sliding);
        var bytes = Envelopes.Write(header, isTagged: false, [], ReadOnlySequence<byte>.Empty);
        Assert.True(EnvelopeReader.TryOpen(bytes, Envelopes.KeyHash, out var envelope));
        Assert.Equal(header, envelope.Header);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(31)]
    [InlineData(999)]
    [InlineData(1_024)]
    public void Write_AnyNumberOfTags_IsReadBackInOrder(int count)
    {
        var tags = Envelopes.Ids([.. Enumerable.Range(0, count).Select(i => new string('t', i % 257) + i)]);
        var bytes = Envelopes.Write(Envelopes.Header, isTagged: true, tags, new ReadOnlySequence<byte>("payload"u8.ToArray()));
        Assert.True(EnvelopeReader.TryOpen(bytes, Envelopes.KeyHash, out var envelope));
        Assert.Equal(tags, Envelopes.Walk(envelope, bytes));
        Assert.Equal("payload"u8, bytes.AsSpan(envelope.PayloadOffset));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(239)]
    [InlineData(240)]
    [InlineData(241)]
    [InlineData(70_000)]
    [InlineData(1_000_000)]
    public void Write_AnyLengthOfPayload_IsReadBack(int length)
    {
        var payload = new byte[length];
        new Random(length).NextBytes(payload);
        var bytes = Envelopes.Write(Envelopes.Header, isTagged: true, Envelopes.Ids("tag"), new ReadOnlySequence<byte>(payload));
        Assert.True(EnvelopeReader.TryOpen(bytes, Envelopes.KeyHash, out var envelope));
        Assert.Equal(payload, bytes.AsSpan(envelope.PayloadOffset));
    }

    [Fact]
    public void Write_PayloadInSegments_IsTheSameAsInOne()
    {
        var parts = Envelopes.Segments([1], [], [2, 3, 4], [], [5, 6]);
        var inSegments = Envelopes.Write(Envelopes.Header, isTagged: true, Envelopes.Ids("tag"), parts);
        Assert.Equal(Envelopes.Write(Envelopes.Header, isTagged: true, Envelopes.Ids("tag"), new ReadOnlySequence<byte>([1, 2, 3, 4, 5, 6])), inSegments);
        Assert.Equal(Envelopes.Write(Envelopes.Header, isTagged: true, [], ReadOnlySequence<byte>.Empty), Envelopes.Write(Envelopes.Header, isTagged: true, [], Envelopes.Segments([], [])));
    }

    [Fact]
    public void Write_IntoAUsedBuffer_LeavesNothingOfWhatWasThere()
    {
        var payload = new ReadOnlySequence<byte>("payload"u8.ToArray());
        Assert.Equal(
            Envelopes.Write(Envelopes.Header, isTagged: true, Envelopes.Ids("tag"), payload, before: 0x00),
            Envelopes.Write(Envelopes.Header, isTagged: true, Envelopes.Ids("tag"), payload, before: 0xFF));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_WithoutTags_SaysWhetherItIsTagged(bool isTagged)
    {
        var bytes = Envelopes.Write(Envelopes.Header, isTagged, [], ReadOnlySequence<byte>.Empty);
        Assert.True(EnvelopeReader.TryOpen(bytes, Envelopes.KeyHash, out var envelope));
        Assert.Equal(isTagged, envelope.IsTagged);
    }

    [Fact]
    public void Write_ADamagedPayloadOfOneBit_TellsOtherIdentity()
    {
        var one = Envelopes.Write(Envelopes.Header, isTagged: false, [], new ReadOnlySequence<byte>([0]));
        var other = Envelopes.Write(Envelopes.Header, isTagged: false, [], new ReadOnlySequence<byte>([1]));
        Assert.True(EnvelopeReader.TryOpen(one, Envelopes.KeyHash, out var first));
        Assert.True(EnvelopeReader.TryOpen(other, Envelopes.KeyHash, out var second));
        Assert.Equal(12, first.Identity.Length);
        Assert.False(first.Identity.SequenceEqual(second.Identity));
    }

    [Fact]
    public void Write_Always_LaysTheFieldsOutAsDrawn()
    {
        var header = new EnvelopeHeader(0x0807060504030201, 0x18, 0x28, 0x38, 0x48, 0, 0x58, EnvelopeLayout.BrotliFlag);
        var bytes = Envelopes.Write(header, isTagged: true, Envelopes.Ids("t"), new ReadOnlySequence<byte>("xyz"u8.ToArray()));
        byte[] expected =
        [
            .. "RTC"u8, 2,
            .. bytes[4..12], // the sum
            84, 0, 0, 0,
            3, 0, 0, 0,
            2 + 4, 0, 1, 0,
            1, 2, 3, 4, 5, 6, 7, 8,
            0x18, 0, 0, 0, 0, 0, 0, 0,
            0x28, 0, 0, 0, 0, 0, 0, 0,
            0x38, 0, 0, 0, 0, 0, 0, 0,
            0x48, 0, 0, 0, 0, 0, 0, 0,
            0x58, 0, 0, 0, 0, 0, 0, 0,
            0x88, 0x97, 0xA6, 0xB5, 0xC4, 0xD3, 0xE2, 0xF1,
            2, 0, .. "=t"u8,
            .. "xyz"u8,
        ];
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(bytes));
    }

    [Fact]
    public void Measure_OfTagsAndPayload_IsTheirSumAndTheHeader()
    {
        Assert.Equal(80, EnvelopeWriter.Measure([], 0));
        Assert.Equal(80 + 2 + 3 + 2 + 1 + 10, EnvelopeWriter.Measure([Encoding.UTF8.GetBytes("=ab"), [0]], 10));
        Assert.Equal(80L + 3_000_000_000, EnvelopeWriter.Measure([], 3_000_000_000));
    }
}
