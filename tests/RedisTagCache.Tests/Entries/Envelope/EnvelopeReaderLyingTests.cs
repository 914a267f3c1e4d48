using System.Buffers.Binary;
using RedisTagCache.Entries.Envelope;

namespace RedisTagCache.Tests.Entries.Envelope;

/// <summary>A sum that fits over lengths that do not.</summary>
public sealed class EnvelopeReaderLyingTests
{
    private const int OffsetAt = 12;
    private const int LengthAt = 16;
    private const int TagCountAt = 22;
    private const int FirstTagAt = 80;
    private const int SecondTagAt = 80 + 2 + 8;

    [Theory]
    [InlineData(int.MinValue, 7)]
    [InlineData(-1, 7)]
    [InlineData(0, 105)]
    [InlineData(79, 26)]
    [InlineData(80, 25)]
    [InlineData(97, 8)]
    [InlineData(99, 6)]
    [InlineData(98, 6)]
    [InlineData(98, 8)]
    [InlineData(98, -7)]
    [InlineData(98, int.MaxValue)]
    [InlineData(98, int.MinValue)]
    [InlineData(105, 0)]
    [InlineData(106, -1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(int.MaxValue, 105 - int.MaxValue)]
    public void TryOpen_LyingPlaceOfThePayload_IsRefused(int offset, int length)
    {
        Assert.Equal((98, 105), (Place(Envelopes.Small()), Envelopes.Small().Length)); // what the rows above are around
        var bytes = Envelopes.Small();
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(OffsetAt), offset);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(LengthAt), length);
        Assert.False(EnvelopeReader.TryOpen(Envelopes.Seal(bytes), Envelopes.KeyHash, out _));
    }

    [Theory]
    [InlineData(TagCountAt, 0)]
    [InlineData(TagCountAt, 1)]
    [InlineData(TagCountAt, 3)]
    [InlineData(TagCountAt, 1_000)]
    [InlineData(TagCountAt, 65_535)]
    [InlineData(FirstTagAt, 0)]
    [InlineData(FirstTagAt, 7)]
    [InlineData(FirstTagAt, 9)]
    [InlineData(FirstTagAt, 12)]
    [InlineData(FirstTagAt, 65_535)]
    [InlineData(SecondTagAt, 0)]
    [InlineData(SecondTagAt, 5)]
    [InlineData(SecondTagAt, 7)]
    [InlineData(SecondTagAt, 13)]
    [InlineData(SecondTagAt, 65_535)]
    public void TryOpen_LyingTags_IsRefused(int at, ushort value)
    {
        var bytes = Envelopes.Small();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), value);
        Assert.False(EnvelopeReader.TryOpen(Envelopes.Seal(bytes), Envelopes.KeyHash, out _));
    }

    [Fact]
    public void TryOpen_RandomContentUnderAFittingSum_NeverThrowsNorReadsBeyond()
    {
        var random = new Random(2);
        var opened = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = Envelopes.Small();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                bytes[random.Next(12, bytes.Length)] = (byte)random.Next(random.Next(2) == 0 ? 4 : 256);
            if (random.Next(4) == 0)
                bytes = [.. bytes, .. new byte[random.Next(8)]];
            if (!EnvelopeReader.TryOpen(Envelopes.Seal(bytes), Envelopes.KeyHash, out var envelope))
                continue;
            opened++;
            var tags = Envelopes.Walk(envelope, bytes);
            Assert.Equal(envelope.PayloadOffset - FirstTagAt, tags.Sum(tag => tag.Length + 2));
        }

        Assert.InRange(opened, 1_000, 49_000); // both ways were taken
    }

    private static int Place(byte[] bytes) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(OffsetAt));
}
