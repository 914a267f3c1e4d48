using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Entries;

namespace RedisTagCache.Caching.Serialization;

/// <summary>
/// Values to bytes and back. A compressed payload begins with its plain length in 4 bytes, little-endian, so that it is read into one buffer
/// of a known size. Null has no payload: serializers never see it.
/// </summary>
internal sealed class ValueCodec(CacheCompression compression, int threshold)
{
    /// <summary>What is saved must be worth the reading: less than an eighth is not.</summary>
    private const int LeastGain = 8;
    private const int UsualGain = 16;
    private const int LeastRoom = 4 * 1024;

    public EncodedValue Encode<T>(T value, IHybridCacheSerializer<T> serializer, bool mayCompress)
    {
        if (value is null)
            return new EncodedValue(default, default, PayloadKinds.Null);

        ReadOnlyMemory<byte> plain = Serialize(value, serializer);
        if (compression == CacheCompression.None || !mayCompress || plain.Length < threshold || plain.Length == 0)
            return new EncodedValue(plain, plain, 0);

        var packed = Compress(plain.Span);
        return packed.Length <= plain.Length - (plain.Length / LeastGain)
            ? new EncodedValue(plain, packed, compression == CacheCompression.Brotli ? PayloadKinds.Brotli : PayloadKinds.GZip)
            : new EncodedValue(plain, plain, 0);
    }

    /// <summary>Local copies may keep the array, so it is of the length of its content.</summary>
    private static byte[] Serialize<T>(T value, IHybridCacheSerializer<T> serializer)
    {
        if (serializer is IArraySerializer<T> exact)
            return exact.ToArray(value);
        using var writer = new PooledWriter();
        serializer.Serialize(value, writer);
        return writer.ToArray();
    }

    /// <summary>The plain bytes of a payload from Redis: a copy, or of the buffer itself.</summary>
    /// <param name="stored">The payload.</param>
    /// <param name="flags">How it is to be read.</param>
    /// <param name="longest">The most plain bytes that are accepted.</param>
    /// <exception cref="InvalidDataException">It is not what it says, or longer than is accepted.</exception>
    public static ReadOnlyMemory<byte> Unpack(ReadOnlyMemory<byte> stored, byte flags, int longest = PayloadKinds.Longest)
    {
        if ((flags & (PayloadKinds.Brotli | PayloadKinds.GZip)) == 0)
            return stored.Length <= longest ? stored : throw TooLong(longest);

        var length = stored.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(stored.Span);
        if (length < 0 || length > PayloadKinds.Longest)
            throw new InvalidDataException("A compressed payload does not contain its length.");
        if (length > longest)
            throw TooLong(longest);
        using var packed = new MemoryStream(stored[sizeof(int)..].ToArray(), writable: false);
        using Stream reader = (flags & PayloadKinds.Brotli) != 0 ? new BrotliStream(packed, CompressionMode.Decompress) : new GZipStream(packed, CompressionMode.Decompress);
        var plain = ReadExactly(reader, length, (int)Math.Min(length, Math.Max(LeastRoom, (long)UsualGain * stored.Length)));
        return reader.ReadByte() < 0 ? plain : throw new InvalidDataException("A compressed payload is longer than its stated length.");
    }

    /// <summary>The length is only what the payload claims, so the buffer grows as bytes come.</summary>
    private static byte[] ReadExactly(Stream reader, int length, int room)
    {
        var plain = new byte[room];
        for (var read = 0; ; Array.Resize(ref plain, (int)Math.Min(length, 2L * plain.Length)))
        {
            reader.ReadExactly(plain.AsSpan(read));
            read = plain.Length;
            if (read == length)
                return plain;
        }
    }

    private static InvalidDataException TooLong(int longest) => new($"A payload is longer than the {longest} bytes that are accepted.");

    public static T Decode<T>(ReadOnlyMemory<byte> plain, byte flags, IHybridCacheSerializer<T> serializer) =>
        (flags & PayloadKinds.Null) != 0 ? default! : serializer.Deserialize(new ReadOnlySequence<byte>(plain));

    private byte[] Compress(ReadOnlySpan<byte> plain)
    {
        using var packed = new MemoryStream(plain.Length / 2);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, plain.Length);
        packed.Write(length);
        using (Stream writer = compression == CacheCompression.Brotli ? new BrotliStream(packed, CompressionLevel.Fastest) : new GZipStream(packed, CompressionLevel.Fastest))
            writer.Write(plain);
        return packed.ToArray();
    }
}

/// <summary>Collects what a serializer writes, in a buffer from the pool that grows as needed. Not safe for concurrent use.</summary>
internal sealed class PooledWriter : IBufferWriter<byte>, IDisposable
{
    private const int FirstRoom = 4 * 1024;

    private byte[] _buffer = [];
    private int _written;
    private bool _isDisposed;

    public byte[] ToArray() => _buffer.AsSpan(0, _written).ToArray();

    public void Advance(int count)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > _buffer.Length - _written)
            throw new InvalidOperationException($"Cannot advance by {count} bytes: the buffer has room for {_buffer.Length - _written}.");
        _written += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _buffer.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _buffer.AsSpan(_written);
    }

    /// <summary>Returns the buffer. A serializer that goes on writing gets an exception.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _written) = ([], 0);
    }

    private void MakeRoom(int sizeHint)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var needed = Math.Max(sizeHint, 1);
        if (needed <= _buffer.Length - _written)
            return;
        if (needed > Array.MaxLength - _written)
            throw new InvalidOperationException("A value cannot be longer than an array.");
        var room = (int)Math.Min(Array.MaxLength, Math.Max((long)_written + needed, Math.Max(FirstRoom, 2L * _buffer.Length)));
        var larger = ArrayPool<byte>.Shared.Rent(room);
        _buffer.AsSpan(0, _written).CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}

/// <summary>A value as bytes.</summary>
/// <param name="Plain">As the serializer made it; for copies.</param>
/// <param name="Stored">For Redis: the same, or compressed.</param>
/// <param name="Flags">How the latter is to be read.</param>
internal readonly record struct EncodedValue(ReadOnlyMemory<byte> Plain, ReadOnlyMemory<byte> Stored, byte Flags);
