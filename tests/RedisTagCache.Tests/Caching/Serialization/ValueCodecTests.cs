using System.Buffers;
using System.Buffers.Binary;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Caching.Serialization;
using RedisTagCache.Entries;

namespace RedisTagCache.Tests.Caching.Serialization;

public sealed class ValueCodecTests
{
    private const int Threshold = 100;
    private static readonly BytesSerializer _bytes = new();
    private static readonly byte[] _even = new byte[1_000];

    [Theory]
    [InlineData(CacheCompression.None, 1_000, true, 0)]
    [InlineData(CacheCompression.Brotli, 1_000, true, PayloadKinds.Brotli)]
    [InlineData(CacheCompression.GZip, 1_000, true, PayloadKinds.GZip)]
    [InlineData(CacheCompression.Brotli, 1_000, false, 0)]
    [InlineData(CacheCompression.Brotli, Threshold, true, PayloadKinds.Brotli)]
    [InlineData(CacheCompression.Brotli, Threshold - 1, true, 0)]
    [InlineData(CacheCompression.GZip, 0, true, 0)]
    [InlineData(CacheCompression.GZip, 3_000_000, true, PayloadKinds.GZip)]
    public void Encode_OfBytesThatShrink_CompressesThemFromTheThresholdOn(CacheCompression compression, int length, bool mayCompress, byte flags)
    {
        var encoded = new ValueCodec(compression, Threshold).Encode(new byte[length], _bytes, mayCompress);
        Assert.Equal(flags, encoded.Flags);
        Assert.Equal(length, encoded.Plain.Length);
        if (flags == 0)
            Assert.Equal(encoded.Plain, encoded.Stored);
        else
            Assert.Equal(length, BinaryPrimitives.ReadInt32LittleEndian(encoded.Stored.Span));
        Assert.Equal(flags == 0, encoded.Stored.Length >= length);
        Assert.Equal(encoded.Plain.ToArray(), ValueCodec.Unpack(encoded.Stored, encoded.Flags).ToArray());
    }

    /// <summary>However it writes: all at once, in pieces, or with more room than it needs.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(4_096, 4_096)]
    [InlineData(4_097, 1)]
    [InlineData(100_000, 7)]
    [InlineData(300_000, 300_000)]
    public void Encode_OfAnySerializer_KeepsWhatItWrites(int length, int piece)
    {
        var expected = Enumerable.Range(0, length).Select(static i => (byte)(i * 7)).ToArray();
        var encoded = new ValueCodec(CacheCompression.None, Threshold).Encode(expected, new PieceSerializer(piece), mayCompress: false);
        Assert.Equal(expected, encoded.Plain.ToArray());
    }

    [Fact]
    public void PooledWriter_OfASerializerThatGoesOn_IsClosed()
    {
        var serializer = new PieceSerializer(10);
        new ValueCodec(CacheCompression.None, Threshold).Encode(_even, serializer, mayCompress: false);
        Assert.Throws<ObjectDisposedException>(() => serializer.Target!.GetSpan(1));
        Assert.Throws<ObjectDisposedException>(() => serializer.Target!.GetMemory(1));
        Assert.Throws<ObjectDisposedException>(() => serializer.Target!.Advance(1));
    }

    [Fact]
    public void PooledWriter_ThatIsAdvancedTooFar_Throws()
    {
        using var writer = new PooledWriter();
        Assert.Throws<InvalidOperationException>(() => writer.Advance(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.GetSpan(-1));
        var room = writer.GetSpan(5).Length;
        writer.Advance(room);
        Assert.Throws<InvalidOperationException>(() => writer.Advance(1));
        Assert.Equal(room, writer.ToArray().Length);
    }

    private sealed class PieceSerializer(int piece) : IHybridCacheSerializer<byte[]>
    {
        public IBufferWriter<byte>? Target { get; private set; }

        public byte[] Deserialize(ReadOnlySequence<byte> source) => source.ToArray();

        public void Serialize(byte[] value, IBufferWriter<byte> target)
        {
            Target = target;
            for (var at = 0; at < value.Length; at += piece)
            {
                var part = value.AsSpan(at, Math.Min(piece, value.Length - at));
                part.CopyTo(target.GetSpan(part.Length));
                target.Advance(part.Length);
            }
        }
    }

    [Fact]
    public void Encode_WithAThresholdOfZero_DoesNotCompressNothing() =>
        Assert.Equal(0, new ValueCodec(CacheCompression.Brotli, 0).Encode([], _bytes, mayCompress: true).Flags);

    [Theory]
    [InlineData(200, 0)] // saves less than an eighth
    [InlineData(500, PayloadKinds.Brotli)]
    public void Encode_OfBytesThatShrinkALittle_CompressesThemWhenItIsWorthIt(int even, byte flags)
    {
        var value = new byte[2_000];
        new Random(1).NextBytes(value.AsSpan(even));
        Assert.Equal(flags, new ValueCodec(CacheCompression.Brotli, Threshold).Encode(value, _bytes, mayCompress: true).Flags);
    }

    [Fact]
    public void Encode_OfNull_NeverAsksTheSerializer()
    {
        var encoded = new ValueCodec(CacheCompression.Brotli, 0).Encode<string?>(null, new Refusing(), mayCompress: true);
        Assert.Equal((PayloadKinds.Null, 0, 0), (encoded.Flags, encoded.Plain.Length, encoded.Stored.Length));
        Assert.Null(ValueCodec.Decode(encoded.Plain, encoded.Flags, new Refusing()));
    }

    [Theory]
    [InlineData(CacheCompression.Brotli)]
    [InlineData(CacheCompression.GZip)]
    public void Unpack_OfBytesThatAreNotWhatTheySay_Throws(CacheCompression compression)
    {
        var encoded = new ValueCodec(compression, 0).Encode(_even, _bytes, mayCompress: true);
        var whole = encoded.Stored.ToArray();
        foreach (var stored in new[] { [], whole[..3], WithLength(-1), WithLength(int.MinValue), WithLength(int.MaxValue), WithLength(PayloadKinds.Longest + 1), WithLength(999) })
            Assert.Throws<InvalidDataException>(() => ValueCodec.Unpack(stored, encoded.Flags));
        foreach (var stored in new[] { whole[..4], whole[..(whole.Length / 2)], WithLength(1_001), [.. whole[..4], .. Enumerable.Repeat((byte)0xFF, 50)] })
            Assert.ThrowsAny<Exception>(() => ValueCodec.Unpack(stored, encoded.Flags)); // as the decompressor finds it

        byte[] WithLength(int length)
        {
            byte[] bytes = [.. whole];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
            return bytes;
        }
    }

    [Theory]
    [InlineData(CacheCompression.Brotli)]
    [InlineData(CacheCompression.GZip)]
    public void Unpack_ClaimsFarMoreThanItHas_AllocatesLittle(CacheCompression compression)
    {
        var encoded = new ValueCodec(compression, 0).Encode(_even, _bytes, mayCompress: true);
        byte[] stored = [.. encoded.Stored.Span];
        BinaryPrimitives.WriteInt32LittleEndian(stored, PayloadKinds.Longest);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.ThrowsAny<Exception>(() => ValueCodec.Unpack(stored, encoded.Flags));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 * 1024);
    }

    [Theory]
    [InlineData(CacheCompression.Brotli, 300_000)]
    [InlineData(CacheCompression.GZip, 300_000)]
    [InlineData(CacheCompression.Brotli, 4_097)]
    public void Unpack_ManyTimesLongerThanStored_GivesItWhole(CacheCompression compression, int length)
    {
        var value = new byte[length];
        value[^1] = 1;
        var encoded = new ValueCodec(compression, 0).Encode(value, _bytes, mayCompress: true);
        Assert.Equal(value, ValueCodec.Unpack(encoded.Stored, encoded.Flags, length).ToArray());
        Assert.Throws<InvalidDataException>(() => ValueCodec.Unpack(encoded.Stored, encoded.Flags, length - 1));
    }

    [Fact]
    public void Unpack_OfPlainBytesLongerThanAccepted_Throws()
    {
        Assert.Equal(_even.Length, ValueCodec.Unpack(_even, 0, _even.Length).Length);
        Assert.Throws<InvalidDataException>(() => ValueCodec.Unpack(_even, 0, _even.Length - 1));
    }

    [Fact]
    public void Unpack_OfPlainBytes_CopiesNothing()
    {
        ReadOnlyMemory<byte> stored = _even;
        Assert.Equal(stored, ValueCodec.Unpack(stored, 0));
        Assert.Equal(stored, ValueCodec.Unpack(stored, PayloadKinds.Null));
    }

    private sealed class Refusing : IHybridCacheSerializer<string?>
    {
        public string Deserialize(ReadOnlySequence<byte> source) => throw new InvalidOperationException();

        public void Serialize(string? value, IBufferWriter<byte> target) => throw new InvalidOperationException();
    }
}
