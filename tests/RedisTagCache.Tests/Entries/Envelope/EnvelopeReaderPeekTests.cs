using System.Buffers;
using RedisTagCache.Entries.Envelope;

namespace RedisTagCache.Tests.Entries.Envelope;

/// <summary>What is told from bytes that were not checked.</summary>
public sealed class EnvelopeReaderPeekTests
{
    [Theory]
    [InlineData(3, 3, true)]
    [InlineData(3, 255, true)]
    [InlineData(3, 2, false)]
    [InlineData(3, 1, false)]
    [InlineData(3, 0, false)]
    [InlineData(20, 32, true)]
    [InlineData(20, 31, false)]
    [InlineData(20, 128, true)]
    [InlineData(20, 3, false)]
    [InlineData(0, 2, false)]
    public void IsOfLaterVersion_ByVersionAndFlags_TellsLaterOnes(int at, byte value, bool expected)
    {
        var bytes = Envelopes.Small();
        bytes[at] = value;
        Assert.Equal(expected, EnvelopeReader.IsOfLaterVersion(bytes));
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(3, 9, false)]
    [InlineData(4, 9, true)]
    [InlineData(4, 2, false)]
    [InlineData(20, 2, false)]
    public void IsOfLaterVersion_OfFewBytes_LooksAtWhatIsThere(int length, byte version, bool expected)
    {
        var bytes = Envelopes.Small()[..length];
        if (length > 3)
            bytes[3] = version;
        Assert.Equal(expected, EnvelopeReader.IsOfLaterVersion(bytes));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(255, true)]
    public void IsOfOtherVersion_ByVersion_TellsEarlierAndLaterOnes(byte version, bool expected)
    {
        var bytes = Envelopes.Small();
        bytes[3] = version;
        Assert.Equal(expected, EnvelopeReader.IsOfOtherVersion(bytes));
        Assert.Equal(expected, EnvelopeReader.IsOfOtherVersion(bytes.AsSpan(0, 4)));
        Assert.False(EnvelopeReader.IsOfOtherVersion(bytes.AsSpan(0, 3)));
        bytes[0] = (byte)'X';
        Assert.False(EnvelopeReader.IsOfOtherVersion(bytes));
    }

    [Fact]
    public void TryPeekSliding_ForAnotherKey_IsFalse()
    {
        var bytes = Envelopes.Write(Envelopes.Header with { Sliding = 1_500 }, isTagged: false, [], new ReadOnlySequence<byte>([1]));
        Assert.False(EnvelopeReader.TryPeekSliding(bytes, Envelopes.KeyHash + 1, out _, out _));
    }

    [Fact]
    public void TryPeekSliding_OfASlidingEntry_TellsItsTimes()
    {
        var bytes = Envelopes.Write(Envelopes.Header with { Sliding = 1_500, EndsAt = 77 }, isTagged: false, [], new ReadOnlySequence<byte>([1]));
        Assert.True(EnvelopeReader.TryPeekSliding(bytes.AsSpan(0, 80), Envelopes.KeyHash, out var sliding, out var endsAt));
        Assert.Equal((1_500, 77), (sliding, endsAt));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void TryPeekSliding_OfAnotherEntry_IsFalse(long sliding)
    {
        var bytes = Envelopes.Write(Envelopes.Header with { Sliding = sliding }, isTagged: false, [], new ReadOnlySequence<byte>([1]));
        Assert.False(EnvelopeReader.TryPeekSliding(bytes, Envelopes.KeyHash, out _, out _));
    }

    [Fact]
    public void TryPeekSliding_OfTooFewBytesOrAnotherVersion_IsFalse()
    {
        var bytes = Envelopes.Write(Envelopes.Header with { Sliding = 1_500 }, isTagged: false, [], new ReadOnlySequence<byte>([1]));
        for (var length = 0; length < 80; length++)
            Assert.False(EnvelopeReader.TryPeekSliding(bytes.AsSpan(0, length), Envelopes.KeyHash, out _, out _));
        bytes[3] = 1;
        Assert.False(EnvelopeReader.TryPeekSliding(bytes, Envelopes.KeyHash, out _, out _));
    }

    [Fact]
    public void Peeking_AtAnyBytes_NeverThrows()
    {
        var random = new Random(3);
        var peeked = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = new byte[random.Next(100)];
            random.NextBytes(bytes);
            if (i % 2 == 0 && bytes.Length >= 4)
                "RTC\u0002"u8.CopyTo(bytes);
            peeked += EnvelopeReader.TryPeekSliding(bytes, Envelopes.KeyHash, out _, out _) || EnvelopeReader.IsOfLaterVersion(bytes) ? 1 : 0;
        }

        Assert.InRange(peeked, 1, 49_999);
    }
}
