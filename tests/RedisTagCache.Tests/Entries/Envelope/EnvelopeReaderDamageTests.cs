using System.Text;
using RedisTagCache.Entries.Envelope;

namespace RedisTagCache.Tests.Entries.Envelope;

/// <summary>Whatever lies in Redis: what is not as written is refused, and never throws.</summary>
public sealed class EnvelopeReaderDamageTests
{
    [Fact]
    public void TryOpen_AnyBitFlipped_IsRefused()
    {
        var whole = Envelopes.Small();
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] bytes = [.. whole];
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(EnvelopeReader.TryOpen(bytes, Envelopes.KeyHash, out _), $"bit {bit}");
        }
    }

    [Fact]
    public void TryOpen_CutAnywhere_IsRefused()
    {
        var whole = Envelopes.Small();
        for (var length = 0; length < whole.Length; length++)
            Assert.False(EnvelopeReader.TryOpen(whole.AsSpan(0, length), Envelopes.KeyHash, out _), $"length {length}");
        Assert.True(EnvelopeReader.TryOpen(whole, Envelopes.KeyHash, out _));
    }

    [Fact]
    public void TryOpen_CutAndSealedAgain_IsRefused()
    {
        var whole = Envelopes.Small();
        for (var length = 12; length < whole.Length; length++)
            Assert.False(EnvelopeReader.TryOpen(Envelopes.Seal(whole[..length]), Envelopes.KeyHash, out _), $"length {length}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(1_000)]
    public void TryOpen_WithBytesAppended_IsRefused(int count)
    {
        byte[] bytes = [.. Envelopes.Small(), .. new byte[count]];
        Assert.False(EnvelopeReader.TryOpen(bytes, Envelopes.KeyHash, out _));
        Assert.False(EnvelopeReader.TryOpen(Envelopes.Seal(bytes), Envelopes.KeyHash, out _));
    }

    [Fact]
    public void TryOpen_RandomBytes_IsRefused()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            if (i % 2 == 0 && bytes.Length > 4)
                "RTC\u0002"u8.CopyTo(bytes);
            Assert.False(EnvelopeReader.TryOpen(bytes, Envelopes.KeyHash, out _), Convert.ToHexString(bytes));
        }
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(Envelopes.KeyHash ^ 1)]
    [InlineData(Envelopes.KeyHash ^ (1UL << 63))]
    public void TryOpen_ForAnotherKey_IsRefused(ulong keyHash)
    {
        Assert.False(EnvelopeReader.TryOpen(Envelopes.Small(), keyHash, out _));
        Assert.False(EnvelopeReader.TryOpenStart(Envelopes.Small(), Envelopes.Small().Length, keyHash, out _, out var needed));
        Assert.Equal(0, needed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("R")]
    [InlineData("RTC")]
    [InlineData("foreign")]
    [InlineData("{\"json\":\"of another application that is long enough to hold a whole header of this library and then some more\"}")]
    [InlineData("RTC\u0002 and then text that is long enough to hold a whole header of this library, and then some more of it")]
    public void TryOpen_ForeignText_IsRefused(string text) => Assert.False(EnvelopeReader.TryOpen(Encoding.UTF8.GetBytes(text), Envelopes.KeyHash, out _));

    [Theory]
    [InlineData(3, 0)]
    [InlineData(3, 1)]
    [InlineData(3, 3)]
    [InlineData(3, 255)]
    [InlineData(20, 32)]
    [InlineData(20, 34)]
    [InlineData(20, 128)]
    public void TryOpen_OtherVersionOrUnknownFlag_IsRefused(int at, byte value)
    {
        var bytes = Envelopes.Small();
        bytes[at] = value;
        Assert.False(EnvelopeReader.TryOpen(Envelopes.Seal(bytes), Envelopes.KeyHash, out _));
    }
}
